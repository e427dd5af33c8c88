package main

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// How long a chunk's text is, with its stamp.
const chunkBytes = 40

// The machine's monotonic clock, which all of its processes share.
func monotonicNs() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err)
	}
	return now.Nano()
}

// Not time.Sleep, which is late by up to a millisecond: Go waits for its timers
// in whole ones.
func sleepUntil(whenNs int64) {
	when := unix.NsecToTimespec(whenNs)
	for monotonicNs() < whenNs {
		// A signal, such as Go's own, may end it too early.
		_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &when, nil)
	}
}

// A text that begins with the time at which it was meant to be said, so that a
// late sender hides nothing; as tests/bench/load_plan.h writes it.
func stampedText(intendedNs int64) string {
	stamp := fmt.Sprintf("%016x ", intendedNs)
	return stamp + strings.Repeat(".", chunkBytes-len(stamp))
}

// 0: none.
func stampOf(text string) int64 {
	if len(text) < chunkBytes {
		return 0
	}
	stamp, err := strconv.ParseInt(text[:16], 16, 64)
	if err != nil {
		return 0
	}
	return stamp
}

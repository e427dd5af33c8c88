package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// How long anything may take before it counts as stuck.
const patience = 20 * time.Second

// Audience is the readers of one stream, and what they saw.
type Audience struct {
	mu        sync.Mutex
	changed   *sync.Cond
	connected int
	received  []int // chunks of each reader
	latencies []int64
	firstNs   int64 // the earliest stamp
	lastNs    int64 // when the newest chunk came
	cursor    string
	err       error
	late      bool
	cancel    context.CancelFunc
	readers   sync.WaitGroup
}

// gather opens `count` readers of a stream from its beginning.
func gather(peer Peer, stream string, count int) *Audience {
	ctx, cancel := context.WithCancel(context.Background())
	a := &Audience{received: make([]int, count), cancel: cancel}
	a.changed = sync.NewCond(&a.mu)
	for i := range count {
		a.readers.Add(1)
		go func() {
			defer a.readers.Done()
			err := peer.Read(ctx, stream, "", func(texts []string, cursor string) bool {
				a.take(i, texts, cursor)
				return true
			})
			a.finish(ctx, err)
		}()
	}
	return a
}

func (a *Audience) take(reader int, texts []string, cursor string) {
	now := monotonicNs()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cursor = cursor
	if texts == nil {
		a.connected++
	}
	for _, text := range texts {
		stamp := stampOf(text)
		if stamp == 0 {
			continue
		}
		if a.firstNs == 0 || stamp < a.firstNs {
			a.firstNs = stamp
		}
		a.received[reader]++
		a.latencies = append(a.latencies, now-stamp)
		a.lastNs = now
	}
	a.changed.Broadcast()
}

func (a *Audience) finish(ctx context.Context, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil && ctx.Err() == nil {
		a.err = err
	}
	a.changed.Broadcast()
}

// await waits until `done` of what the readers saw; `what` is for the error.
func (a *Audience) await(what string, done func() bool) error {
	timer := time.AfterFunc(patience, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.late = true
		a.changed.Broadcast()
	})
	defer timer.Stop()
	a.mu.Lock()
	defer a.mu.Unlock()
	for !done() {
		if a.err != nil {
			return fmt.Errorf("%s: %w", what, a.err)
		}
		if a.late {
			return fmt.Errorf("%s: nothing for %v; received %v", what, patience,
				slices.Min(a.received))
		}
		a.changed.Wait()
	}
	return nil
}

func (a *Audience) awaitConnected() error {
	return a.await("connecting", func() bool {
		return a.connected >= len(a.received)
	})
}

func (a *Audience) awaitChunks(count int) error {
	return a.await("receiving", func() bool {
		return slices.Min(a.received) >= count
	})
}

// forget begins the figures anew; what was received stays counted.
func (a *Audience) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.latencies, a.firstNs, a.lastNs = nil, 0, 0
}

func (a *Audience) leave() {
	a.cancel()
	a.readers.Wait()
}

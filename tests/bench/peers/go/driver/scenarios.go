package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	crowd       = 100
	steadyRate  = 200 // a second: what a quick model says
	steadyCount = 400
	floodCount  = 20000
	crowdFlood  = 1000
	// Chunks that may be on their way to a peer that acknowledges appends.
	appendWindow = 256

	catchUpLength = 2000
	missed        = 10 // of them, by who comes back
	comebacks     = 50
	catchUps      = 10
)

// Figures are in microseconds, and in chunks delivered a second.
type Figures map[string]float64

func measure(peer Peer) (Figures, error) {
	figures := Figures{}
	steps := []func(Peer, Figures) error{
		func(p Peer, f Figures) error { return deliver(p, 1, f) },
		func(p Peer, f Figures) error { return deliver(p, crowd, f) },
		func(p Peer, f Figures) error { return flood(p, 1, floodCount, f) },
		func(p Peer, f Figures) error { return flood(p, crowd, crowdFlood, f) },
		comeBack,
	}
	for _, step := range steps {
		if err := step(peer, figures); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

func deliver(peer Peer, readers int, figures Figures) error {
	audience, err := tell(peer, readers, Plan{steadyCount, steadyRate})
	if err != nil {
		return fmt.Errorf("deliver to %d: %w", readers, err)
	}
	figures[fmt.Sprintf("deliver_%d_p50", readers)] = quantile(audience.latencies, 0.5)
	figures[fmt.Sprintf("deliver_%d_p99", readers)] = quantile(audience.latencies, 0.99)
	return nil
}

func flood(peer Peer, readers, chunks int, figures Figures) error {
	audience, err := tell(peer, readers, Plan{chunks, 0})
	if err != nil {
		return fmt.Errorf("flood to %d: %w", readers, err)
	}
	seconds := float64(audience.lastNs-audience.firstNs) / 1e9
	figures[fmt.Sprintf("flood_%d", readers)] = float64(chunks*readers) / seconds
	return nil
}

// tell plays a plan to so many readers, who have gone when it returns.
func tell(peer Peer, readers int, plan Plan) (*Audience, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stream, err := peer.Create(ctx, plan)
	if err != nil {
		return nil, err
	}
	audience := gather(peer, stream, readers)
	defer audience.leave()
	if err := audience.awaitConnected(); err != nil {
		return nil, err
	}
	if peer.FeedsItself() {
		return audience, audience.awaitChunks(plan.Chunks)
	}
	// What only the first chunk sets off is not to be measured.
	if err := feed(ctx, peer, stream, Plan{1, 0}); err != nil {
		return nil, err
	}
	if err := audience.awaitChunks(1); err != nil {
		return nil, err
	}
	audience.forget()
	if err := feed(ctx, peer, stream, plan); err != nil {
		return nil, err
	}
	return audience, audience.awaitChunks(1 + plan.Chunks)
}

// feed says what is planned on time. While an append is under way the next
// chunks gather, and go together.
func feed(ctx context.Context, peer Peer, stream string, plan Plan) error {
	texts := make(chan string, appendWindow)
	go func() {
		defer close(texts)
		start := monotonicNs()
		for i := range plan.Chunks {
			intended := monotonicNs()
			if plan.Rate > 0 {
				intended = start + int64(i)*int64(time.Second)/int64(plan.Rate)
				sleepUntil(intended)
			}
			select {
			case texts <- stampedText(intended):
			case <-ctx.Done():
				return
			}
		}
	}()
	for text := range texts {
		batch := []string{text}
		for len(texts) > 0 && len(batch) < appendWindow {
			batch = append(batch, <-texts)
		}
		if err := peer.Append(ctx, stream, batch); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// comeBack reads a log of 2,000 chunks again, from near its end and from its
// beginning, over a new connection each time.
func comeBack(peer Peer, figures Figures) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stream, err := peer.Create(ctx, Plan{catchUpLength, 0})
	if err != nil {
		return err
	}
	start, cursor, leave, err := writeLog(ctx, peer, stream)
	if err != nil {
		return fmt.Errorf("writing a log: %w", err)
	}
	defer leave()
	var resumes, reads []int64
	for range comebacks {
		first, _, err := readOn(ctx, peer, stream, cursor, missed)
		if err != nil {
			return fmt.Errorf("resuming: %w", err)
		}
		resumes = append(resumes, first)
	}
	for range catchUps {
		_, last, err := readOn(ctx, peer, stream, start, catchUpLength)
		if err != nil {
			return fmt.Errorf("catching up: %w", err)
		}
		reads = append(reads, last)
	}
	figures["resume_p50"] = quantile(resumes, 0.5)
	figures["resume_p99"] = quantile(resumes, 0.99)
	figures["catch_up"] = quantile(reads, 0.5)
	return nil
}

// writeLog fills a stream, and returns the cursors of its beginning and of
// where a reader was cut off. `leave` ends the reader that was there from the
// beginning: some peers end a stream whose last reader has left.
func writeLog(ctx context.Context, peer Peer, stream string) (
	start, cursor string, leave func(), err error) {
	readCtx, cancel := context.WithCancel(ctx)
	stops := []int{catchUpLength - missed, catchUpLength}
	connected := make(chan struct{})
	seen := make(chan struct{}, len(stops))
	failed := make(chan error, 1)
	go func() {
		received, passed := 0, 0
		failed <- peer.Read(readCtx, stream, "", func(texts []string, at string) bool {
			if texts == nil {
				start = at
				close(connected)
				return true
			}
			received += countStamped(texts)
			if at == "" || passed == len(stops) || received < stops[passed] {
				return true
			}
			if passed == 0 {
				cursor = at
			}
			passed++
			seen <- struct{}{}
			return true
		})
		close(failed)
	}()
	await := func(event <-chan struct{}) {
		select {
		case <-event:
		case failure := <-failed:
			select {
			case <-event: // it ended after that
			default:
				err = errors.Join(errors.New("the stream ended too early"), failure)
			}
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	await(connected)
	for _, count := range []int{catchUpLength - missed, missed} {
		if err == nil && !peer.FeedsItself() {
			err = feed(ctx, peer, stream, Plan{count, 0})
		}
		if err == nil {
			await(seen)
		}
	}
	return start, cursor, cancel, err
}

// readOn returns how long the first and the last of `count` chunks took, in
// nanoseconds from before the connection was made.
func readOn(ctx context.Context, peer Peer, stream, cursor string, count int) (
	first, last int64, err error) {
	begin := monotonicNs()
	received := 0
	err = peer.Read(ctx, stream, cursor, func(texts []string, _ string) bool {
		received += countStamped(texts)
		if received > 0 && first == 0 {
			first = monotonicNs() - begin
		}
		return received < count
	})
	last = monotonicNs() - begin
	if err == nil && received != count {
		err = fmt.Errorf("%d chunks instead of %d", received, count)
	}
	return first, last, err
}

func countStamped(texts []string) int {
	count := 0
	for _, text := range texts {
		if stampOf(text) != 0 {
			count++
		}
	}
	return count
}

// In microseconds.
func quantile(nanoseconds []int64, q float64) float64 {
	if len(nanoseconds) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(nanoseconds))
	return float64(sorted[int(q*float64(len(sorted)-1))]) / 1000
}

package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

var streamsNamed atomic.Int64

// A name that no stream of this machine has had since it was started.
func newName() string {
	return fmt.Sprintf("peer-%x-%d", monotonicNs(), streamsNamed.Add(1))
}

// Streams finds what belongs to a stream's name. The zero value is empty.
type Streams[T any] struct {
	mu    sync.Mutex
	known map[string]T
}

func (s *Streams[T]) Put(name string, value T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]T{}
	}
	s.known[name] = value
}

func (s *Streams[T]) Get(name string) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[name]
}

func (s *Streams[T]) All() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []T
	for _, value := range s.known {
		all = append(all, value)
	}
	return all
}

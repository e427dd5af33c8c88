package main

import "context"

// Plan is what a stream is to be told: so many chunks, so many a second, as
// fast as they are taken if the rate is 0.
type Plan struct {
	Chunks int
	Rate   int
}

// Peer is a service that keeps streams of chunks and delivers them to readers.
type Peer interface {
	// Create makes a stream and returns its name. A peer that feeds itself
	// begins with the plan about a second later; the others ignore it.
	Create(ctx context.Context, plan Plan) (string, error)

	// FeedsItself tells whether the chunks come from inside the service.
	FeedsItself() bool

	// Append adds chunks to a stream, in order. It returns when more can be
	// added, which may be before these are stored.
	Append(ctx context.Context, stream string, texts []string) error

	// Read connects anew, and hands over what comes after a cursor ("": the
	// beginning) until `got` returns false, with the cursor after it, which is
	// empty where the peer has yet to tell it. The first call, without texts,
	// says that the reader is connected.
	Read(ctx context.Context, stream, cursor string,
		got func(texts []string, cursor string) bool) error

	Close()
}

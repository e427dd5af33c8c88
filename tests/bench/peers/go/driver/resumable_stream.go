package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
)

// vercel's resumable-stream in the small application of ../node: the feed is
// the model's answer, which the application streams on. The cursor is how many
// characters were received.
type resumableStream struct {
	base  string
	feeds Streams[*LineFeed]
}

func init() {
	open := func(s Settings) (Peer, error) {
		return &resumableStream{base: s["http"]}, nil
	}
	peers["resumable-stream"] = open
	peers["passed on"] = open // ../pass_on_server speaks the same
}

func (p *resumableStream) Create(ctx context.Context, _ Plan) (string, error) {
	stream := newName()
	feed, err := openLineFeed(ctx, p.base+"/feed/"+stream)
	p.feeds.Put(stream, feed)
	return stream, err
}

func (p *resumableStream) FeedsItself() bool { return false }

func (p *resumableStream) Append(_ context.Context, stream string, texts []string) error {
	return p.feeds.Get(stream).Append(texts)
}

func (p *resumableStream) Read(ctx context.Context, stream, cursor string,
	got func([]string, string) bool) error {
	position := 0
	if cursor != "" {
		var err error
		if position, err = strconv.Atoi(cursor); err != nil {
			return err
		}
	}
	url := fmt.Sprintf("%s/stream/%s?skip=%d", p.base, stream, position)
	open := func() { got(nil, strconv.Itoa(position)) }
	return readLines(ctx, url, http.Header{}, open, func(line string) bool {
		position += len(line) + 1
		return got([]string{line}, strconv.Itoa(position))
	})
}

func (p *resumableStream) Close() {
	for _, feed := range p.feeds.All() {
		feed.Close()
	}
}

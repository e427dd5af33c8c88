package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// The protocol of durable-streams: a POST adds a JSON array's elements as
// messages and is answered when they are stored; Server-Sent Events from an
// offset, which a `control` event names after the messages before it.
type durableStreams struct {
	base   string
	client http.Client
}

func init() {
	open := func(s Settings) (Peer, error) {
		return &durableStreams{base: s["http"] + "/v1/stream/"}, nil
	}
	peers["durable-streams"] = open
	peers["durable-streams, in memory"] = open // another server
}

func (p *durableStreams) send(ctx context.Context, method, stream, body string) error {
	request, err := http.NewRequestWithContext(
		ctx, method, p.base+stream, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return statusError(response)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func (p *durableStreams) Create(ctx context.Context, _ Plan) (string, error) {
	stream := newName()
	return stream, p.send(ctx, http.MethodPut, stream, "")
}

func (p *durableStreams) FeedsItself() bool { return false }

func (p *durableStreams) Append(ctx context.Context, stream string, texts []string) error {
	body, err := json.Marshal(texts)
	if err != nil {
		return err
	}
	return p.send(ctx, http.MethodPost, stream, string(body))
}

func (p *durableStreams) Read(ctx context.Context, stream, cursor string,
	got func([]string, string) bool) error {
	if cursor == "" {
		cursor = "-1"
	}
	var failure error
	open := func() { got(nil, cursor) }
	err := readEvents(ctx, p.base+stream+"?live=sse&offset="+cursor, open,
		func(name, data, _ string) bool {
			if name == "control" {
				var control struct{ StreamNextOffset string }
				failure = json.Unmarshal([]byte(data), &control)
				return failure == nil && got([]string{}, control.StreamNextOffset)
			}
			var texts []string
			failure = json.Unmarshal([]byte(data), &texts)
			return failure == nil && got(texts, "")
		})
	if failure != nil {
		return failure
	}
	return err
}

func (p *durableStreams) Close() { p.client.CloseIdleConnections() }

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Longer than any line of the peers.
const maxLineBytes = 1 << 20

// readLines gets a URL over a connection of its own and hands over its body's
// lines until `got` returns false. `open` is called when the reply begins.
func readLines(ctx context.Context, url string, header http.Header, open func(),
	got func(line string) bool) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header = header
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return statusError(response)
	}
	open()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, maxLineBytes)
	for lines.Scan() {
		if !got(lines.Text()) {
			return nil
		}
	}
	return lines.Err()
}

// readEvents does so with Server-Sent Events: `got` is handed each event's
// name, data and id.
func readEvents(ctx context.Context, url string, open func(),
	got func(name, data, id string) bool) error {
	var name, data, id string
	header := http.Header{"Accept": {"text/event-stream"}}
	return readLines(ctx, url, header, open, func(line string) bool {
		if line == "" {
			defer func() { name, data = "", "" }()
			return name+data == "" || got(name, data, id)
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			name = value
		case "data":
			data += value
		case "id":
			id = value
		}
		return true
	})
}

func statusError(response *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
	return fmt.Errorf("%s: %s", response.Status, body)
}

// LineFeed is the body of a POST that stays open: what its peer is told.
type LineFeed struct {
	writer *io.PipeWriter
	body   io.Closer
}

// openLineFeed returns once the peer has answered, which it does at once.
func openLineFeed(ctx context.Context, url string) (*LineFeed, error) {
	reader, writer := io.Pipe()
	request, err := http.NewRequestWithContext(
		context.WithoutCancel(ctx), http.MethodPost, url, reader)
	if err != nil {
		return nil, err
	}
	response, err := (&http.Transport{}).RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, statusError(response)
	}
	return &LineFeed{writer, response.Body}, nil
}

func (f *LineFeed) Append(texts []string) error {
	_, err := io.WriteString(f.writer, strings.Join(texts, "\n")+"\n")
	return err
}

func (f *LineFeed) Close() {
	f.writer.Close()
	f.body.Close()
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// Model is a server of OpenAI's streaming chat completions protocol, which
// answers a message with what it is told to say: how our service gets its
// chunks in earnest.
type Model struct {
	server  *http.Server
	answers Streams[chan []string]
	closing context.Context
	close   context.CancelFunc
}

func serveModel(address string) (*Model, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	m := &Model{}
	m.closing, m.close = context.WithCancel(context.Background())
	m.server = &http.Server{Handler: http.HandlerFunc(m.answer)}
	go m.server.Serve(listener)
	return m, nil
}

// Expect must precede the message.
func (m *Model) Expect(message string) {
	m.answers.Put(message, make(chan []string))
}

// Say waits until the service has asked and what was said before is written.
func (m *Model) Say(ctx context.Context, message string, texts []string) error {
	select {
	case m.answers.Get(message) <- texts:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *Model) answer(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Messages []struct{ Role, Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	question := ""
	for _, message := range request.Messages {
		if message.Role == "user" {
			question = message.Content
		}
	}
	answer := m.answers.Get(question)
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		select {
		case texts := <-answer:
			if _, err := w.Write([]byte(deltas(texts))); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		case <-m.closing.Done():
			return
		case <-r.Context().Done():
			return
		}
	}
}

func deltas(texts []string) string {
	var events strings.Builder
	for _, text := range texts { // nothing in them is to be escaped
		fmt.Fprintf(&events, `data: {"object":"chat.completion.chunk","choices":`+
			`[{"index":0,"delta":{"content":"%s"},"finish_reason":null}]}`+
			"\n\n", text)
	}
	return events.String()
}

func (m *Model) Close() {
	m.close()
	m.server.Close()
}

// The least that can be done: keeps in memory what it is told and passes it on.
// What this costs is the machine, HTTP and the driver.
//
//	pass_on_server LISTEN_ADDRESS
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
)

type stream struct {
	mu    sync.Mutex
	grown *sync.Cond
	text  []byte // only ever appended to
}

// after waits for more text than `position`, and returns it; nil when the
// reader has left.
func (s *stream) after(ctx context.Context, position int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.text) <= position && ctx.Err() == nil {
		s.grown.Wait()
	}
	if ctx.Err() != nil {
		return nil
	}
	return s.text[position:]
}

func (s *stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grown.Broadcast()
}

func (s *stream) add(text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, text...)
	s.grown.Broadcast()
}

var streams sync.Map

func named(name string) *stream {
	made := &stream{}
	made.grown = sync.NewCond(&made.mu)
	found, _ := streams.LoadOrStore(name, made)
	return found.(*stream)
}

func begin(w http.ResponseWriter) *http.ResponseController {
	control := http.NewResponseController(w)
	if err := control.EnableFullDuplex(); err != nil {
		log.Print(err)
	}
	w.WriteHeader(http.StatusOK)
	if err := control.Flush(); err != nil {
		log.Print(err)
	}
	return control
}

func feed(w http.ResponseWriter, r *http.Request) {
	begin(w)
	s := named(r.PathValue("name"))
	buffer := make([]byte, 64<<10)
	for {
		n, err := r.Body.Read(buffer)
		s.add(buffer[:n])
		if err != nil {
			return
		}
	}
}

func read(w http.ResponseWriter, r *http.Request) {
	position, err := strconv.Atoi(r.URL.Query().Get("skip"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s := named(r.PathValue("name"))
	defer context.AfterFunc(r.Context(), s.wake)()
	control := begin(w)
	for {
		text := s.after(r.Context(), position)
		if text == nil {
			return
		}
		if _, err := w.Write(text); err != nil {
			return
		}
		if err := control.Flush(); err != nil {
			return
		}
		position += len(text)
	}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: pass_on_server LISTEN_ADDRESS")
	}
	http.HandleFunc("POST /feed/{name}", feed)
	http.HandleFunc("GET /stream/{name}", read)
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening http=http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

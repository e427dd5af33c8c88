//go:build centrifuge

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"
)

// Centrifuge, the library that Centrifugo is made of, in the small application
// of ../centrifuge_server; its protocol in JSON over a WebSocket. The cursor is
// an offset and the epoch of the channel.
type centrifugePeer struct {
	base  string // without a scheme
	feeds Streams[*LineFeed]
}

func init() {
	peers["centrifuge"] = func(s Settings) (Peer, error) {
		return &centrifugePeer{base: strings.TrimPrefix(s["http"], "http://")}, nil
	}
}

func (p *centrifugePeer) Create(ctx context.Context, _ Plan) (string, error) {
	stream := newName()
	feed, err := openLineFeed(ctx, "http://"+p.base+"/feed?channel="+stream)
	p.feeds.Put(stream, feed)
	return stream, err
}

func (p *centrifugePeer) FeedsItself() bool { return false }

func (p *centrifugePeer) Append(_ context.Context, stream string, texts []string) error {
	return p.feeds.Get(stream).Append(texts)
}

type publication struct {
	Data   string `json:"data"`
	Offset uint64 `json:"offset"`
}

type subscribed struct {
	Epoch        string        `json:"epoch"`
	Recovered    bool          `json:"recovered"`
	Publications []publication `json:"publications"`
}

type message struct {
	Error     json.RawMessage `json:"error"`
	Subscribe *subscribed     `json:"subscribe"`
	Push      *struct {
		Pub *publication `json:"pub"`
	} `json:"push"`
}

func (p *centrifugePeer) Read(ctx context.Context, stream, cursor string,
	got func([]string, string) bool) error {
	socket, _, err := websocket.DefaultDialer.DialContext(
		ctx, "ws://"+p.base+"/connection/websocket", nil)
	if err != nil {
		return err
	}
	defer socket.Close()
	stop := context.AfterFunc(ctx, func() { socket.Close() })
	defer stop()
	command, err := subscribeCommand(stream, cursor)
	if err != nil {
		return err
	}
	if err := socket.WriteMessage(websocket.TextMessage, command); err != nil {
		return err
	}
	return readMessages(socket, cursor, got)
}

func subscribeCommand(stream, cursor string) ([]byte, error) {
	request := map[string]any{"channel": stream}
	if cursor != "" {
		offset, epoch, _ := strings.Cut(cursor, ":")
		number, err := strconv.ParseUint(offset, 10, 64)
		if err != nil {
			return nil, err
		}
		request["recover"] = true
		request["offset"] = number
		request["epoch"] = epoch
	}
	command, err := json.Marshal(map[string]any{"id": 2, "subscribe": request})
	return append([]byte(`{"id":1,"connect":{}}`+"\n"), command...), err
}

func readMessages(socket *websocket.Conn, cursor string,
	got func([]string, string) bool) error {
	epoch := ""
	for {
		_, data, err := socket.ReadMessage()
		if err != nil {
			return err
		}
		for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
			var m message
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				return err
			}
			var found []publication
			switch {
			case m.Error != nil:
				return fmt.Errorf("refused: %s", m.Error)
			case m.Subscribe != nil:
				if cursor != "" && !m.Subscribe.Recovered {
					return fmt.Errorf("not recovered after %s", cursor)
				}
				epoch = m.Subscribe.Epoch
				found = m.Subscribe.Publications
				got(nil, "0:"+epoch)
			case m.Push != nil && m.Push.Pub != nil:
				found = []publication{*m.Push.Pub}
			case line == "{}": // Are you there?
				err = socket.WriteMessage(websocket.TextMessage, []byte("{}"))
				if err != nil {
					return err
				}
			}
			for _, p := range found {
				at := fmt.Sprintf("%d:%s", p.Offset, epoch)
				if !got([]string{p.Data}, at) {
					return nil
				}
			}
		}
	}
}

func (p *centrifugePeer) Close() {
	for _, feed := range p.feeds.All() {
		feed.Close()
	}
}

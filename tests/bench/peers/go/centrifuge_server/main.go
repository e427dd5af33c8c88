// A service made with Centrifuge, as its users make one: chunks of a model's
// answer are published into a channel with history in Redis, and readers
// recover what they missed.
//
//	centrifuge_server LISTEN_ADDRESS REDIS_SOCKET
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/centrifugal/centrifuge"
)

const (
	historySize = 100000
	historyTTL  = 10 * time.Minute
)

func startNode(socket string) (*centrifuge.Node, error) {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		return nil, err
	}
	shard, err := centrifuge.NewRedisShard(node,
		centrifuge.RedisShardConfig{Address: "unix://" + socket})
	if err != nil {
		return nil, err
	}
	broker, err := centrifuge.NewRedisBroker(node,
		centrifuge.RedisBrokerConfig{Shards: []*centrifuge.RedisShard{shard}})
	if err != nil {
		return nil, err
	}
	node.SetBroker(broker)
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (
		centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{
			Credentials: &centrifuge.Credentials{UserID: "reader"}}, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnSubscribe(func(_ centrifuge.SubscribeEvent,
			reply centrifuge.SubscribeCallback) {
			reply(centrifuge.SubscribeReply{Options: centrifuge.SubscribeOptions{
				EnablePositioning: true, EnableRecovery: true}}, nil)
		})
	})
	return node, node.Run()
}

// A POST whose body is the answer: each line is published as it comes.
func publishLines(node *centrifuge.Node) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if err := control.EnableFullDuplex(); err != nil {
			log.Print(err)
		}
		w.WriteHeader(http.StatusOK)
		if err := control.Flush(); err != nil {
			log.Print(err)
		}
		channel := r.URL.Query().Get("channel")
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			data, err := json.Marshal(lines.Text())
			if err == nil {
				_, err = node.Publish(channel, data,
					centrifuge.WithHistory(historySize, historyTTL))
			}
			if err != nil {
				log.Print(err)
				return
			}
		}
	}
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: centrifuge_server LISTEN_ADDRESS REDIS_SOCKET")
	}
	node, err := startNode(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/connection/websocket",
		centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{}))
	http.HandleFunc("POST /feed", publishLines(node))
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening http=%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

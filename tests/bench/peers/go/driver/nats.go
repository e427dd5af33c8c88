//go:build nats

package main

import (
	"context"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const natsStream = "CHATS"

// NATS JetStream, one subject a stream. The cursor is JetStream's sequence.
type natsPeer struct {
	url    string
	client *nats.Conn
	js     jetstream.JetStream
}

func init() {
	peers["nats"] = func(s Settings) (Peer, error) { return openNats(s["nats"]) }
}

func openNats(url string) (Peer, error) {
	client, err := nats.Connect(url)
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(client,
		jetstream.WithPublishAsyncMaxPending(appendWindow))
	if err != nil {
		return nil, err
	}
	_, err = js.CreateOrUpdateStream(context.Background(), jetstream.StreamConfig{
		Name: natsStream, Subjects: []string{"chat.>"},
		Storage: jetstream.FileStorage})
	return &natsPeer{url, client, js}, err
}

func (p *natsPeer) Create(context.Context, Plan) (string, error) {
	return newName(), nil
}

func (p *natsPeer) FeedsItself() bool { return false }

func (p *natsPeer) Append(_ context.Context, stream string, texts []string) error {
	for _, text := range texts {
		// Waits while too many are on their way.
		_, err := p.js.PublishAsync("chat."+stream, []byte(text),
			jetstream.WithStallWait(patience))
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *natsPeer) Read(ctx context.Context, stream, cursor string,
	got func([]string, string) bool) error {
	client, err := nats.Connect(p.url)
	if err != nil {
		return err
	}
	defer client.Close()
	js, err := jetstream.New(client)
	if err != nil {
		return err
	}
	config := jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{"chat." + stream}}
	if cursor != "" {
		after, err := strconv.ParseUint(cursor, 10, 64)
		if err != nil {
			return err
		}
		config.DeliverPolicy = jetstream.DeliverByStartSequencePolicy
		config.OptStartSeq = after + 1
	}
	consumer, err := js.OrderedConsumer(ctx, natsStream, config)
	if err != nil {
		return err
	}
	return consume(ctx, consumer, cursor, got)
}

func consume(ctx context.Context, consumer jetstream.Consumer, cursor string,
	got func([]string, string) bool) error {
	got(nil, cursor)
	ended := make(chan error, 1)
	over := false
	reading, err := consumer.Consume(func(message jetstream.Msg) {
		if over {
			return
		}
		metadata, err := message.Metadata()
		if err == nil {
			at := strconv.FormatUint(metadata.Sequence.Stream, 10)
			if got([]string{string(message.Data())}, at) {
				return
			}
		}
		over = true
		ended <- err
	})
	if err != nil {
		return err
	}
	defer reading.Stop()
	select {
	case err = <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *natsPeer) Close() { p.client.Close() }

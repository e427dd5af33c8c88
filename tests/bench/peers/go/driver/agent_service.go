package main

import (
	"context"
	"fmt"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"peers/pb"
)

// The beginning of a conversation.
const fromTheStart = "0-0"

// Our own service, by its generated client. One chunk of text is one chunk.
type agentService struct {
	address string
	client  *grpc.ClientConn
	api     pb.AgentServiceClient
	model   *Model // null: the agent says what is planned by itself
}

func init() {
	peers["agent-service, in process"] = func(s Settings) (Peer, error) {
		return openAgentService(s["grpc"], nil)
	}
	fed := func(s Settings) (Peer, error) {
		model, err := serveModel(s["model"])
		if err != nil {
			return nil, err
		}
		return openAgentService(s["grpc"], model)
	}
	peers["agent-service"] = fed
	peers["agent-service, always"] = fed // another Redis
	peers["agent-service, SSE"] = func(s Settings) (Peer, error) {
		model, err := serveModel(s["model"])
		if err != nil {
			return nil, err
		}
		inner, err := openAgentService(s["grpc"], model)
		return &agentServiceSse{inner, s["http"]}, err
	}
}

func dial(address string) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()))
}

func openAgentService(address string, model *Model) (*agentService, error) {
	client, err := dial(address)
	if err != nil {
		return nil, err
	}
	return &agentService{address, client, pb.NewAgentServiceClient(client), model}, nil
}

// The stream is a conversation, named like the message that it begins with.
func (p *agentService) Create(ctx context.Context, plan Plan) (string, error) {
	stream := newName()
	request := &pb.RunAgentRequest{ConversationId: stream}
	if p.FeedsItself() {
		// As tests/bench/load_plan.h reads it.
		request.Agent = "Bench"
		request.Message = fmt.Sprintf("chunks=%d bytes=%d rate=%d delay_us=1500000",
			plan.Chunks, chunkBytes, plan.Rate)
		_, err := p.api.RunAgent(ctx, request)
		return stream, err
	}
	request.Agent = "TravelPlanner"
	request.Message = stream
	p.model.Expect(stream)
	_, err := p.api.RunAgent(ctx, request)
	return stream, err
}

func (p *agentService) FeedsItself() bool { return p.model == nil }

func (p *agentService) Append(ctx context.Context, stream string, texts []string) error {
	return p.model.Say(ctx, stream, texts)
}

func (p *agentService) Read(ctx context.Context, stream, cursor string,
	got func([]string, string) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client, err := dial(p.address)
	if err != nil {
		return err
	}
	defer client.Close()
	if cursor == "" {
		cursor = fromTheStart
	}
	batches, err := pb.NewAgentServiceClient(client).StreamResponse(ctx,
		&pb.StreamResponseRequest{ConversationId: stream, Cursor: cursor})
	if err != nil {
		return err
	}
	if _, err := batches.Header(); err != nil {
		return err
	}
	got(nil, cursor)
	for {
		batch, err := batches.Recv()
		if err == io.EOF {
			return nil // after a terminal chunk
		} else if err != nil {
			return err
		}
		for _, chunk := range batch.Chunks {
			if !got([]string{chunk.GetText()}, chunk.Cursor) {
				return nil
			}
		}
	}
}

func (p *agentService) Close() {
	p.client.Close()
	if p.model != nil {
		p.model.Close()
	}
}

// The same service read as Server-Sent Events.
type agentServiceSse struct {
	*agentService
	base string
}

func (p *agentServiceSse) Read(ctx context.Context, stream, cursor string,
	got func([]string, string) bool) error {
	if cursor == "" {
		cursor = fromTheStart
	}
	url := p.base + "/api/agent/stream/" + stream + "?cursor=" + cursor
	return readEvents(ctx, url, func() { got(nil, cursor) },
		func(_, data, id string) bool { return got([]string{data}, id) })
}

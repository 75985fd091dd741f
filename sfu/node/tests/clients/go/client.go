package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"google.golang.org/protobuf/encoding/protowire"
)

// Client is a participant as LiveKit's Go SDK makes them: two of pion's peer connections, with pion's own choice of roles.
type Client struct {
	identity   string
	socket     *websocket.Conn
	writing    sync.Mutex
	publisher  *webrtc.PeerConnection
	subscriber *webrtc.PeerConnection
	channel    *webrtc.DataChannel

	opened   chan struct{}
	tracks   chan string
	packets  chan string
	messages chan string
	failed   chan error
}

// Join connects to a room and opens the publisher's data channel.
func Join(ctx context.Context, server Server, room, identity string) (*Client, error) {
	socket, _, err := websocket.DefaultDialer.DialContext(ctx, server.address(room, identity), nil)
	if err != nil {
		return nil, err
	}
	client := &Client{
		identity: identity, socket: socket,
		opened: make(chan struct{}), tracks: make(chan string, 16), packets: make(chan string, 4096),
		messages: make(chan string, 256), failed: make(chan error, 16),
	}
	if err := client.connect(); err != nil {
		client.Close()
		return nil, err
	}
	go client.read()
	return client, client.negotiate()
}

func (c *Client) connect() error {
	var err error
	if c.publisher, err = c.connection(publisherTarget); err != nil {
		return err
	}
	if c.subscriber, err = c.connection(subscriberTarget); err != nil {
		return err
	}
	c.subscriber.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		c.tracks <- track.Codec().MimeType
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
			select {
			case c.packets <- track.Codec().MimeType:
			default:
			}
		}
	})
	c.subscriber.OnDataChannel(func(channel *webrtc.DataChannel) {
		channel.OnMessage(func(message webrtc.DataChannelMessage) {
			text, err := decodeDataPacket(message.Data)
			c.fail(err)
			if err == nil {
				c.messages <- text
			}
		})
	})
	if c.channel, err = c.publisher.CreateDataChannel("_reliable", nil); err != nil {
		return err
	}
	c.channel.OnOpen(func() { close(c.opened) })
	return nil
}

func (c *Client) connection(target Target) (*webrtc.PeerConnection, error) {
	connection, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	connection.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		if candidate == nil {
			return
		}
		message, err := trickle(candidate.ToJSON(), target)
		c.fail(err)
		if err == nil {
			c.fail(c.send(requestTrickle, message))
		}
	})
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateFailed {
			c.fail(fmt.Errorf("connection %d failed", target))
		}
	})
	return connection, nil
}

// Publish announces a track and offers it.
func (c *Client) Publish(track *webrtc.TrackLocalStaticSample, kind Kind) error {
	if _, err := c.publisher.AddTrack(track); err != nil {
		return err
	}
	return c.send(requestAddTrack, addTrack(track.ID(), kind))
}

// Say sends a message to everybody once the channel is open.
func (c *Client) Say(ctx context.Context, text string) error {
	if _, err := next(ctx, c, c.opened, "the data channel"); err != nil {
		return err
	}
	return c.channel.Send(dataPacket(text))
}

// Close leaves without a word, as a program that is stopped.
func (c *Client) Close() {
	for _, connection := range []*webrtc.PeerConnection{c.publisher, c.subscriber} {
		if connection != nil {
			_ = connection.Close()
		}
	}
	_ = c.socket.Close()
}

func (c *Client) negotiate() error {
	offer, err := c.publisher.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err := c.publisher.SetLocalDescription(offer); err != nil {
		return err
	}
	return c.send(requestOffer, Description{kind: "offer", sdp: offer.SDP}.encode())
}

func (c *Client) send(request protowire.Number, message []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.socket.WriteMessage(websocket.BinaryMessage, within(request, message))
}

func (c *Client) read() {
	for {
		_, frame, err := c.socket.ReadMessage()
		if err != nil {
			c.fail(err)
			return
		}
		response, err := decode(frame)
		if err != nil {
			c.fail(err)
			return
		}
		for kind, content := range response {
			message, err := decode(content)
			c.fail(err)
			c.fail(c.respond(kind, message))
		}
	}
}

func (c *Client) respond(kind protowire.Number, message Message) error {
	switch kind {
	case responseOffer:
		return c.answer(decodeDescription(message))
	case responseAnswer:
		answer := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: decodeDescription(message).sdp}
		return c.publisher.SetRemoteDescription(answer)
	case responseTrackPublished:
		return c.negotiate()
	case responseTrickle:
		init, target, err := decodeTrickle(message)
		if err != nil {
			return err
		}
		if target == subscriberTarget {
			return c.subscriber.AddICECandidate(init)
		}
		return c.publisher.AddICECandidate(init)
	case responseLeave:
		return fmt.Errorf("told to leave, reason %d", message.number(2))
	}
	return nil
}

func (c *Client) answer(offer Description) error {
	remote := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.sdp}
	if err := c.subscriber.SetRemoteDescription(remote); err != nil {
		return err
	}
	answer, err := c.subscriber.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := c.subscriber.SetLocalDescription(answer); err != nil {
		return err
	}
	return c.send(requestAnswer, Description{kind: "answer", sdp: answer.SDP, id: offer.id}.encode())
}

func (c *Client) fail(err error) {
	if err == nil {
		return
	}
	select {
	case c.failed <- fmt.Errorf("%s: %w", c.identity, err):
	default:
	}
}

// next takes one thing from a client's channel.
func next[T any](ctx context.Context, c *Client, from <-chan T, what string) (T, error) {
	var none T
	select {
	case got := <-from:
		return got, nil
	case err := <-c.failed:
		return none, err
	case <-ctx.Done():
		return none, errors.New(c.identity + " waited in vain for " + what)
	}
}

// Play sends samples of a track until the context ends.
func Play(ctx context.Context, track *webrtc.TrackLocalStaticSample, sample []byte, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = track.WriteSample(media.Sample{Data: sample, Duration: every})
		}
	}
}

// Clients made of pion, which LiveKit's Go SDK and load tester are made with, against a node: runs the scenarios and ends
// with `N passed, N failed`.
//
// Usage: clients ws://127.0.0.1:7880 API_KEY API_SECRET [SCENARIO…]
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pion/webrtc/v4"
)

const (
	deadline      = 30 * time.Second
	frameInterval = 40 * time.Millisecond
	soundInterval = 20 * time.Millisecond
	enough        = 50
)

// A key frame of VP8, 640 × 360, as far as a server looks (RFC 6386 §9.1).
var keyFrame = append([]byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01}, make([]byte, 4000)...)

// A frame of Opus.
var sound = append([]byte{0x78}, make([]byte, 60)...)

var scenarios = []struct {
	name string
	run  func(context.Context, *Client, *Client) error
}{
	{"messages_arrive_both_ways", messagesArriveBothWays},
	{"a_picture_arrives", aPictureArrives},
	{"a_track_that_is_added_later_arrives", aTrackThatIsAddedLaterArrives},
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: clients URL API_KEY API_SECRET [SCENARIO…]")
		os.Exit(2)
	}
	server, chosen := Server{url: os.Args[1], key: os.Args[2], secret: os.Args[3]}, os.Args[4:]
	passed, failed := 0, 0
	for _, scenario := range scenarios {
		if len(chosen) > 0 && !slices.Contains(chosen, scenario.name) {
			continue
		}
		started, result := time.Now(), "ok    "
		if err := play(server, scenario.name, scenario.run); err != nil {
			result = "FAILED"
			failed++
			fmt.Println(err)
		} else {
			passed++
		}
		name := strings.ReplaceAll(scenario.name, "_", " ")
		fmt.Printf("  %s go: %s (%.1f s)\n", result, name, time.Since(started).Seconds())
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if passed == 0 || failed > 0 {
		os.Exit(1)
	}
}

func play(server Server, name string, scenario func(context.Context, *Client, *Client) error) error {
	ctx, end := context.WithTimeout(context.Background(), deadline)
	defer end()
	ada, err := Join(ctx, server, "go-"+name, "ada")
	if err != nil {
		return err
	}
	defer ada.Close()
	bob, err := Join(ctx, server, "go-"+name, "bob")
	if err != nil {
		return err
	}
	defer bob.Close()
	return scenario(ctx, ada, bob)
}

func messagesArriveBothWays(ctx context.Context, ada, bob *Client) error {
	for from, to := range map[*Client]*Client{ada: bob, bob: ada} {
		if err := from.Say(ctx, "from "+from.identity); err != nil {
			return err
		}
		said, err := next(ctx, to, to.messages, "a message")
		if err != nil {
			return err
		}
		if said != "from "+from.identity {
			return fmt.Errorf("%s was told %q", to.identity, said)
		}
	}
	return nil
}

func aPictureArrives(ctx context.Context, ada, bob *Client) error {
	return publishAndReceive(ctx, ada, bob, webrtc.MimeTypeVP8)
}

func aTrackThatIsAddedLaterArrives(ctx context.Context, ada, bob *Client) error {
	if err := publishAndReceive(ctx, ada, bob, webrtc.MimeTypeVP8); err != nil {
		return err
	}
	return publishAndReceive(ctx, ada, bob, webrtc.MimeTypeOpus)
}

// publishAndReceive lets one send a track, and waits until the other has got enough of it.
func publishAndReceive(ctx context.Context, from, to *Client, mimeType string) error {
	kind, sample, every := video, keyFrame, frameInterval
	if mimeType == webrtc.MimeTypeOpus {
		kind, sample, every = audio, sound, soundInterval
	}
	capability := webrtc.RTPCodecCapability{MimeType: mimeType}
	track, err := webrtc.NewTrackLocalStaticSample(capability, "track-"+strings.ReplaceAll(mimeType, "/", "-"), from.identity)
	if err != nil {
		return err
	}
	if err := from.Publish(track, kind); err != nil {
		return err
	}
	go Play(ctx, track, sample, every)
	got, err := next(ctx, to, to.tracks, "the track")
	if err != nil {
		return err
	}
	if !strings.EqualFold(got, mimeType) {
		return fmt.Errorf("%s got a track of %s instead of %s", to.identity, got, mimeType)
	}
	for received := 0; received < enough; {
		of, err := next(ctx, to, to.packets, "packets of "+mimeType)
		if err != nil {
			return err
		}
		if strings.EqualFold(of, mimeType) {
			received++
		}
	}
	return nil
}

package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/encoding/protowire"
)

// Numbers of fields in LiveKit's livekit_rtc.proto and livekit_models.proto: of the generated types the few that are needed
// here are not worth the modules that they come with.
const (
	requestOffer    protowire.Number = 1
	requestAnswer   protowire.Number = 2
	requestTrickle  protowire.Number = 3
	requestAddTrack protowire.Number = 4

	responseAnswer         protowire.Number = 2
	responseOffer          protowire.Number = 3
	responseTrickle        protowire.Number = 4
	responseTrackPublished protowire.Number = 6
	responseLeave          protowire.Number = 8

	packetUser  protowire.Number = 2
	userPayload protowire.Number = 2
)

// Target is SignalTarget: which of a client's connections a candidate is for.
type Target uint64

const (
	publisherTarget  Target = 0
	subscriberTarget Target = 1
)

// Kind is TrackType.
type Kind uint64

const (
	audio Kind = 0
	video Kind = 1
)

// Server is the node under test, and what its tokens are signed with.
type Server struct {
	url, key, secret string
}

// Description is SessionDescription.
type Description struct {
	kind, sdp string
	id        uint64
}

func (d Description) encode() []byte {
	return join(text(1, d.kind), text(2, d.sdp), number(3, d.id))
}

func decodeDescription(message Message) Description {
	return Description{kind: string(message.bytes(1)), sdp: string(message.bytes(2)), id: message.number(3)}
}

// trickle is TrickleRequest.
func trickle(init webrtc.ICECandidateInit, target Target) ([]byte, error) {
	candidate, err := json.Marshal(init)
	return join(text(1, string(candidate)), number(2, uint64(target))), err
}

func decodeTrickle(message Message) (init webrtc.ICECandidateInit, target Target, err error) {
	err = json.Unmarshal(message.bytes(1), &init)
	return init, Target(message.number(2)), err
}

// addTrack is AddTrackRequest.
func addTrack(cid string, kind Kind) []byte {
	return join(text(1, cid), text(2, cid), number(3, uint64(kind)))
}

// dataPacket is DataPacket, from a user.
func dataPacket(said string) []byte {
	return within(packetUser, text(userPayload, said))
}

func decodeDataPacket(packet []byte) (string, error) {
	message, err := decode(packet)
	if err != nil {
		return "", err
	}
	user, err := decode(message.bytes(packetUser))
	return string(user.bytes(userPayload)), err
}

// Message is the fields of a message; of repeated ones the last.
type Message map[protowire.Number][]byte

func decode(message []byte) (Message, error) {
	fields := Message{}
	for len(message) > 0 {
		number, kind, length := protowire.ConsumeTag(message)
		if length < 0 {
			return nil, protowire.ParseError(length)
		}
		message = message[length:]
		length = protowire.ConsumeFieldValue(number, kind, message)
		if length < 0 {
			return nil, protowire.ParseError(length)
		}
		value := message[:length]
		if kind == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(value)
		}
		fields[number], message = value, message[length:]
	}
	return fields, nil
}

func (m Message) bytes(field protowire.Number) []byte {
	return m[field]
}

func (m Message) number(field protowire.Number) uint64 {
	value, _ := protowire.ConsumeVarint(m[field])
	return value
}

func text(field protowire.Number, value string) []byte {
	return within(field, []byte(value))
}

func within(field protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, field, protowire.BytesType), message)
}

func number(field protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.VarintType), value)
}

func join(fields ...[]byte) []byte {
	return slices.Concat(fields...)
}

// address is where somebody joins a room, token included.
func (s Server) address(room, identity string) string {
	query := url.Values{
		"access_token": {s.token(room, identity)}, "auto_subscribe": {"1"},
		"protocol": {"15"}, "sdk": {"go"}, "version": {"2.0.0"},
	}
	return s.url + "/rtc?" + query.Encode()
}

// token is a LiveKit access token (RFC 7519, HS256).
func (s Server) token(room, identity string) string {
	claims, _ := json.Marshal(map[string]any{
		"iss": s.key, "sub": identity, "exp": time.Now().Add(time.Hour).Unix(),
		"video": map[string]any{"roomJoin": true, "room": room},
	})
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(claims)
	mac := hmac.New(sha256.New, []byte(s.secret))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}

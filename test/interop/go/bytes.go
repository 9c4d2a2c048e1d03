package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"
)

// Each line has an object as JSON and as protobuf, both in base64. The protobuf must be what
// client-go makes of the JSON, byte for byte.
func compareBytes(input io.Reader) error {
	fromJSON := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme,
		json.SerializerOptions{Strict: true})
	toProtobuf := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	lines := bufio.NewScanner(input)
	lines.Buffer(make([]byte, 1<<20), 1<<28)
	same := 0
	foreign := map[string]bool{}
	for lines.Scan() {
		text, ours, err := decodeLine(lines.Text())
		if err != nil {
			return err
		}
		object, kind, err := fromJSON.Decode(text, nil, nil)
		if runtime.IsNotRegisteredError(err) {
			foreign[kind.String()] = true
			continue
		}
		if err != nil {
			return fmt.Errorf("%v: %w", kind, err)
		}
		var theirs bytes.Buffer
		if err := toProtobuf.Encode(object, &theirs); err != nil {
			return fmt.Errorf("%v: %w", kind, err)
		}
		if !bytes.Equal(theirs.Bytes(), ours) {
			return fmt.Errorf("%v differs: %s", kind, difference(theirs.Bytes(), ours))
		}
		same++
	}
	if err := lines.Err(); err != nil {
		return err
	}
	fmt.Println("same", same, "foreign", len(foreign))
	return nil
}

func decodeLine(line string) (text, encoded []byte, err error) {
	parts := strings.Fields(line)
	if len(parts) != 2 {
		return nil, nil, fmt.Errorf("a line has %d parts", len(parts))
	}
	if text, err = base64.StdEncoding.DecodeString(parts[0]); err != nil {
		return nil, nil, err
	}
	encoded, err = base64.StdEncoding.DecodeString(parts[1])
	return text, encoded, err
}

func difference(theirs, ours []byte) string {
	at := 0
	for at < len(theirs) && at < len(ours) && theirs[at] == ours[at] {
		at++
	}
	around := func(data []byte) []byte { return data[max(0, at-40):min(len(data), at+40)] }
	return fmt.Sprintf("at byte %d client-go has %q, and we have %q", at, around(theirs), around(ours))
}

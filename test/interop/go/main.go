// Talks to an API server as programs in Go do: with client-go's typed, dynamic and metadata clients
// and its informers, in JSON or in protobuf.
//
//	client-go clients <kubeconfig> <content type>   runs every check, prints "ok <check>" for each
//	client-go bytes                                 reads pairs of JSON and protobuf from stdin
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

type check struct {
	name string
	run  func(ctx context.Context, config *rest.Config) error
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 1 && args[0] == "bytes" {
		return compareBytes(os.Stdin)
	}
	if len(args) != 3 || args[0] != "clients" {
		return fmt.Errorf("usage: client-go clients KUBECONFIG CONTENT-TYPE | client-go bytes")
	}
	config, err := clientcmd.BuildConfigFromFlags("", args[1])
	if err != nil {
		return err
	}
	config.ContentType = args[2]
	// What has no protobuf form, such as the version, comes as JSON, as programs usually ask for it.
	config.AcceptContentTypes = args[2] + ",application/json"
	config.QPS = 1000
	config.Burst = 1000
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for _, check := range checks {
		if err := check.run(ctx, rest.CopyConfig(config)); err != nil {
			return fmt.Errorf("%s: %w", check.name, err)
		}
		fmt.Println("ok", check.name)
	}
	return nil
}

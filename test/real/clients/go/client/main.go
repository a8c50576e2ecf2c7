// Asserts with the official Go client what its users count on, one line each: "name: what came". The first argument is the namespace; with
// "informers" as the second only what informers do is asserted.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// One assertion: what came, or why nothing did.
type check struct {
	name string
	run  func(ctx context.Context) (any, error)
}

var (
	namespace string
	config    *rest.Config
	clients   *kubernetes.Clientset
	dynamics  *dynamic.DynamicClient
)

func configure(contentType, accept string) *rest.Config {
	c := rest.CopyConfig(config)
	c.ContentType, c.AcceptContentTypes = contentType, accept
	return c
}

func main() {
	namespace = os.Args[1]
	var err error
	if config, err = clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG")); err != nil {
		panic(err)
	}
	config.QPS, config.Burst = -1, 0
	clients = kubernetes.NewForConfigOrDie(config)
	dynamics = dynamic.NewForConfigOrDie(config)
	parts := [][]check{discoveryChecks, writeChecks, formChecks, applyChecks, customChecks, informerChecks, electionChecks, podChecks, eventChecks}
	if len(os.Args) > 2 && os.Args[2] == "informers" {
		parts = [][]check{informerChecks}
	}
	for _, part := range parts {
		for _, one := range part {
			ctx, cancel := context.WithTimeout(context.Background(), 120*time.Second)
			answer, err := one.run(ctx)
			cancel()
			if err != nil {
				answer = fmt.Sprint("ERROR ", err)
			}
			fmt.Printf("%s: %s\n", one.name, strings.ReplaceAll(fmt.Sprint(answer), "\n", `\n`))
		}
	}
}

// eventually asks until the answer is there.
func eventually[T any](ctx context.Context, ask func() (T, bool, error)) (T, error) {
	for {
		answer, done, err := ask()
		if done || err != nil {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return answer, fmt.Errorf("not in time; last: %v", answer)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

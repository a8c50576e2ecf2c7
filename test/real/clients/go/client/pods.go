package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	toolswatch "k8s.io/client-go/tools/watch"
	"k8s.io/client-go/transport/spdy"
	utilexec "k8s.io/client-go/util/exec"
)

// An image with a shell that both servers run.
const image = "local/redis:7"
const sleeper = `trap 'exit 0' TERM; i=0; while :; do echo "line $i"; i=$((i+1)); [ $i -lt 5 ] || break; done; while :; do sleep 0.2; done`

func pod(name string) *corev1.Pod {
	grace := int64(1)
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": "pods"}},
		Spec: corev1.PodSpec{TerminationGracePeriodSeconds: &grace, Containers: []corev1.Container{{Name: "main", Image: image, Command: []string{"sh", "-c", sleeper}}}}}
}

func runs(event watch.Event) (bool, error) {
	one, ok := event.Object.(*corev1.Pod)
	if !ok {
		return false, fmt.Errorf("event %v", event)
	}
	return one.Status.Phase == corev1.PodRunning && len(one.Status.ContainerStatuses) == 1 && one.Status.ContainerStatuses[0].Ready, nil
}

func execRequest(method string, command ...string) *rest.Request {
	return clients.CoreV1().RESTClient().Verb(method).Resource("pods").Namespace(namespace).Name("p1").SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Container: "main", Command: command, Stdin: true, Stdout: true, Stderr: true}, scheme.ParameterCodec)
}

func ran(executor remotecommand.Executor, err error) func(context.Context, string) (any, error) {
	return func(ctx context.Context, input string) (any, error) {
		if err != nil {
			return nil, err
		}
		var out, errors_ bytes.Buffer
		failed := executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: strings.NewReader(input), Stdout: &out, Stderr: &errors_})
		code := 0
		if exit := (utilexec.CodeExitError{}); errors.As(failed, &exit) {
			code = exit.Code
		} else if failed != nil {
			return nil, failed
		}
		if out.Len() > 100 {
			out.Reset()
			out.WriteString("long")
		}
		return []any{out.String(), errors_.String(), code}, nil
	}
}

func overWebsocket(input string, command ...string) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		return ran(remotecommand.NewWebSocketExecutor(config, "GET", execRequest("GET", command...).URL().String()))(ctx, input)
	}
}

func overSpdy(input string, command ...string) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		return ran(remotecommand.NewSPDYExecutor(config, "POST", execRequest("POST", command...).URL()))(ctx, input)
	}
}

// forwarded talks to a port of a pod that redis listens on, and to one that nothing listens on.
func forwarded(dialer func(*url.URL) (httpstream.Dialer, error)) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		url := clients.CoreV1().RESTClient().Post().Resource("pods").Namespace(namespace).Name("p2").SubResource("portforward").URL()
		dial, err := dialer(url)
		if err != nil {
			return nil, err
		}
		ready, stop := make(chan struct{}), make(chan struct{})
		defer close(stop)
		forwarder, err := portforward.New(dial, []string{"0:6379", "0:81"}, stop, ready, io.Discard, io.Discard)
		if err != nil {
			return nil, err
		}
		go forwarder.ForwardPorts()
		select {
		case <-ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		ports, err := forwarder.GetPorts()
		if err != nil {
			return nil, err
		}
		answers := []any{}
		for _, port := range ports {
			connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port.Local))
			if err != nil {
				return nil, err
			}
			defer connection.Close()
			fmt.Fprint(connection, "PING\r\nQUIT\r\n")
			answer, _ := io.ReadAll(connection) // how a connection to nothing breaks off is no matter
			answers = append(answers, string(answer))
		}
		return answers, nil
	}
}

func logs(options corev1.PodLogOptions) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		return eventually(ctx, func() (string, bool, error) {
			stream, err := clients.CoreV1().Pods(namespace).GetLogs("p1", &options).Stream(ctx)
			if err != nil {
				return fmt.Sprint(said(err)), true, nil
			}
			defer stream.Close()
			if options.Follow { // never ends by itself
				text := make([]byte, 14)
				_, err = io.ReadFull(stream, text)
				return string(text), true, err
			}
			text, err := io.ReadAll(stream)
			return string(text), strings.HasSuffix(string(text), "line 4\n"), err // a container that is ready may still have to say it
		})
	}
}

var podChecks = []check{
	{"a pod runs, by a watch that lists first", func(ctx context.Context) (any, error) {
		if _, err := clients.CoreV1().Pods(namespace).Create(ctx, pod("p1"), metav1.CreateOptions{}); err != nil {
			return nil, err
		}
		source := cache.NewListWatchFromClient(clients.CoreV1().RESTClient(), "pods", namespace, fields.OneTermEqualSelector("metadata.name", "p1"))
		event, err := toolswatch.UntilWithSync(ctx, source, &corev1.Pod{}, nil, runs)
		if err != nil {
			return nil, err
		}
		one := event.Object.(*corev1.Pod)
		return []any{one.Status.Phase, one.Status.PodIP != "", one.Spec.NodeName != "", one.Status.QOSClass, one.Spec.ServiceAccountName}, nil
	}},
	{"pods of a node", func(ctx context.Context) (any, error) {
		one, err := clients.CoreV1().Pods(namespace).Get(ctx, "p1", metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		list, err := clients.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{FieldSelector: "status.phase=Running,spec.nodeName=" + one.Spec.NodeName})
		return len(list.Items), err
	}},
	{"a pod with a server runs", func(ctx context.Context) (any, error) {
		server := pod("p2")
		server.Spec.Containers[0].Command = []string{"redis-server"}
		if _, err := clients.CoreV1().Pods(namespace).Create(ctx, server, metav1.CreateOptions{}); err != nil {
			return nil, err
		}
		return eventually(ctx, func() (corev1.PodPhase, bool, error) {
			one, err := clients.CoreV1().Pods(namespace).Get(ctx, "p2", metav1.GetOptions{})
			return one.Status.Phase, one.Status.Phase == corev1.PodRunning, err
		})
	}},
	{"log", logs(corev1.PodLogOptions{})},
	{"log, last lines", logs(corev1.PodLogOptions{TailLines: &[]int64{2}[0]})},
	{"log, followed", logs(corev1.PodLogOptions{Follow: true})},
	{"log of no container", logs(corev1.PodLogOptions{Container: "other"})},
	{"exec over a websocket", overWebsocket("in\n", "sh", "-c", "read x; echo out $x; echo err >&2; exit 3")},
	{"exec over a websocket, input to its end", overWebsocket(strings.Repeat("0123456789\n", 10000), "sh", "-c", "wc -c | tr -d ' '")},
	{"exec over a websocket, much output", overWebsocket("", "sh", "-c", "i=0; while [ $i -lt 5000 ]; do echo 0123456789; i=$((i+1)); done")},
	{"exec over a websocket, no such program", func(ctx context.Context) (any, error) {
		_, err := overWebsocket("", "nothing-of-that-name")(ctx)
		return err != nil, nil
	}},
	{"exec over SPDY", overSpdy("in\n", "sh", "-c", "read x; echo out $x; echo err >&2; exit 3")},
	{"exec over SPDY, input to its end", overSpdy(strings.Repeat("0123456789\n", 10000), "sh", "-c", "wc -c | tr -d ' '")},
	{"exec in no pod", func(ctx context.Context) (any, error) {
		url := clients.CoreV1().RESTClient().Get().Resource("pods").Namespace(namespace).Name("none").SubResource("exec").
			VersionedParams(&corev1.PodExecOptions{Command: []string{"true"}, Stdout: true}, scheme.ParameterCodec).URL()
		_, err := ran(remotecommand.NewWebSocketExecutor(config, "GET", url.String()))(ctx, "")
		return err != nil, nil
	}},
	{"port-forward over SPDY", forwarded(func(url *url.URL) (httpstream.Dialer, error) {
		roundTripper, upgrader, err := spdy.RoundTripperFor(config)
		return spdy.NewDialer(upgrader, &http.Client{Transport: roundTripper}, "POST", url), err
	})},
	{"port-forward over a websocket", forwarded(func(url *url.URL) (httpstream.Dialer, error) {
		return portforward.NewSPDYOverWebsocketDialer(url, config)
	})},
	{"a token for an account", func(ctx context.Context) (any, error) {
		hour := int64(3600)
		made, err := clients.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, "default", &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &hour}}, metav1.CreateOptions{})
		if err != nil {
			return nil, err
		}
		review, err := clients.AuthenticationV1().TokenReviews().Create(ctx, &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: made.Status.Token}}, metav1.CreateOptions{})
		if err != nil {
			return nil, err
		}
		who := strings.ReplaceAll(review.Status.User.Username, namespace, "NS")
		return []any{review.Status.Authenticated, who, slices.Contains(review.Status.User.Groups, "system:serviceaccounts")}, nil
	}},
	{"may I", func(ctx context.Context) (any, error) {
		review, err := clients.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: namespace, Verb: "delete", Resource: "pods"}}}, metav1.CreateOptions{})
		if err != nil {
			return nil, err
		}
		return review.Status.Allowed, nil
	}},
	{"who am I, impersonated", func(ctx context.Context) (any, error) {
		c := rest.CopyConfig(config)
		c.Impersonate = rest.ImpersonationConfig{UserName: "jane", Groups: []string{"devs"}}
		_, err := forConfig(c).CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
		return []any{apierrors.IsForbidden(err), said(err)}, nil
	}},
	{"eviction", func(ctx context.Context) (any, error) {
		if err := clients.PolicyV1().Evictions(namespace).Evict(ctx, &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: "p1", Namespace: namespace}}); err != nil {
			return nil, err
		}
		return eventually(ctx, func() (string, bool, error) {
			_, err := clients.CoreV1().Pods(namespace).Get(ctx, "p1", metav1.GetOptions{})
			return "gone", apierrors.IsNotFound(err), nil
		})
	}},
}

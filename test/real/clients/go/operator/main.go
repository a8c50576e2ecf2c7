package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-logr/logr/funcr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgo "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metrics "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

var namespace string

// start runs a manager of the operator; what it answers is when it leads, and a stop that waits for its end.
func start(config *rest.Config, types *runtime.Scheme) (elected <-chan struct{}, stop func() error, err error) {
	lease, renew, retry := 8*time.Second, 6*time.Second, 500*time.Millisecond
	m, err := manager.New(config, manager.Options{
		Scheme: types, Metrics: metrics.Options{BindAddress: "0"}, HealthProbeBindAddress: "0",
		Cache:          cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		LeaderElection: true, LeaderElectionID: "store-operator", LeaderElectionNamespace: namespace, LeaderElectionReleaseOnCancel: true,
		LeaseDuration: &lease, RenewDeadline: &renew, RetryPeriod: &retry,
	})
	if err != nil {
		return nil, nil, err
	}
	if err = (&reconciler{}).setUp(m); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Start(ctx) }()
	return m.Elected(), func() error { cancel(); return <-ended }, nil
}

func main() {
	namespace = os.Args[1]
	ctrl.SetLogger(funcr.New(func(prefix, args string) { fmt.Fprintln(os.Stderr, prefix, args) }, funcr.Options{}))
	types := runtime.NewScheme()
	utilruntime.Must(clientgo.AddToScheme(types))
	utilruntime.Must(schemeBuilder.AddToScheme(types))
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		panic(err)
	}
	c, err := client.New(config, client.Options{Scheme: types})
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Second)
	defer cancel()
	for _, step := range story(ctx, c, config, types) {
		answer, err := step.run()
		if err != nil {
			answer = fmt.Sprint("ERROR ", err)
		}
		fmt.Printf("%s: %s\n", step.name, strings.ReplaceAll(fmt.Sprint(answer), "\n", `\n`))
	}
}

type step struct {
	name string
	run  func() (any, error)
}

func until(ctx context.Context, ask func() (any, bool, error)) (any, error) {
	for {
		answer, done, err := ask()
		if done && err == nil {
			return answer, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("not in time; last: %v %v", answer, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// ready waits until the store reports it for its present generation.
func ready(ctx context.Context, c client.Client, key client.ObjectKey) (any, error) {
	return until(ctx, func() (any, bool, error) {
		var store Store
		err := c.Get(ctx, key, &store)
		condition := meta.FindStatusCondition(store.Status.Conditions, "Ready")
		done := condition != nil && condition.Status == metav1.ConditionTrue && condition.ObservedGeneration == store.Generation
		return []any{store.Status.ReadyReplicas, store.Status.Conditions, store.Generation, store.Finalizers}, done, err
	})
}

// told is a status without its times.
func told(answer any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	parts := answer.([]any)
	condition := parts[1].([]metav1.Condition)[0]
	return fmt.Sprint(parts[0], condition.Type, condition.Reason, condition.Message, parts[2], parts[3]), nil
}

func story(ctx context.Context, c client.Client, config *rest.Config, types *runtime.Scheme) []step {
	key := client.ObjectKey{Namespace: namespace, Name: "shop"}
	var stopFirst, stopSecond func() error
	var second <-chan struct{}
	var set appsv1.StatefulSet
	change := func(edit func(*Store)) error {
		var store Store
		if err := c.Get(ctx, key, &store); err != nil {
			return err
		}
		before := store.DeepCopyObject().(*Store)
		edit(&store)
		return c.Patch(ctx, &store, client.MergeFrom(before))
	}
	return []step{
		{"the definition is served", func() (any, error) {
			if err := client.IgnoreNotFound(c.Delete(ctx, definition.DeepCopy())); err != nil {
				return nil, err
			}
			if _, err := until(ctx, func() (any, bool, error) { err := c.Create(ctx, definition.DeepCopy()); return nil, err == nil, nil }); err != nil {
				return nil, err
			}
			return until(ctx, func() (any, bool, error) {
				var none StoreList
				err := c.List(ctx, &none, client.InNamespace(namespace))
				return len(none.Items), err == nil, nil
			})
		}},
		{"the first manager leads", func() (any, error) {
			elected, stop, err := start(config, types)
			if err != nil {
				return nil, err
			}
			stopFirst = stop
			select {
			case <-elected:
				return true, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}},
		{"a store out of bounds", func() (any, error) {
			err := c.Create(ctx, &Store{ObjectMeta: metav1.ObjectMeta{Name: "big", Namespace: namespace}, Spec: StoreSpec{Replicas: 9}})
			return []any{errors.IsInvalid(err), err}, nil
		}},
		{"a store becomes ready", func() (any, error) {
			settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "shop-settings", Namespace: namespace}, Data: map[string]string{"mode": "fast"}}
			if err := c.Create(ctx, settings); err != nil {
				return nil, err
			}
			if err := c.Create(ctx, &Store{ObjectMeta: metav1.ObjectMeta{Name: key.Name, Namespace: namespace}, Spec: StoreSpec{Replicas: 1, Settings: settings.Name}}); err != nil {
				return nil, err
			}
			return told(ready(ctx, c, key))
		}},
		{"what it owns", func() (any, error) {
			if err := c.Get(ctx, key, &set); err != nil {
				return nil, err
			}
			owner := set.OwnerReferences[0]
			return []any{owner.APIVersion, owner.Kind, owner.Name, *owner.Controller, *owner.BlockOwnerDeletion, set.Spec.Template.Annotations}, nil
		}},
		{"what it recorded", func() (any, error) {
			return until(ctx, func() (any, bool, error) {
				var events corev1.EventList
				err := c.List(ctx, &events, client.InNamespace(namespace), client.MatchingFields{"involvedObject.kind": "Store"})
				for _, one := range events.Items {
					return []any{one.Type, one.Reason, one.Message, one.Source.Component}, true, err
				}
				return nil, false, err
			})
		}},
		{"it scales", func() (any, error) {
			if err := change(func(s *Store) { s.Spec.Replicas = 2 }); err != nil {
				return nil, err
			}
			return told(ready(ctx, c, key))
		}},
		{"changed settings reach the pods through the index", func() (any, error) {
			settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "shop-settings", Namespace: namespace}}
			if err := c.Patch(ctx, settings, client.RawPatch(client.Merge.Type(), []byte(`{"data":{"mode":"slow"}}`))); err != nil {
				return nil, err
			}
			return until(ctx, func() (any, bool, error) {
				var pods corev1.PodList
				err := c.List(ctx, &pods, client.InNamespace(namespace), client.MatchingLabels{"store": key.Name})
				var modes []string
				for _, pod := range pods.Items {
					modes = append(modes, pod.Annotations["mode"])
				}
				return modes, strings.Join(modes, " ") == "slow slow", err
			})
		}},
		{"a deleted child comes back", func() (any, error) {
			if err := c.Get(ctx, key, &set); err != nil {
				return nil, err
			}
			old := set.UID
			if err := c.Delete(ctx, &set); err != nil {
				return nil, err
			}
			return until(ctx, func() (any, bool, error) {
				err := client.IgnoreNotFound(c.Get(ctx, key, &set))
				return set.Name, set.UID != old && set.DeletionTimestamp.IsZero(), err
			})
		}},
		{"a second manager waits", func() (any, error) {
			elected, stop, err := start(config, types)
			if err != nil {
				return nil, err
			}
			second, stopSecond = elected, stop
			select {
			case <-elected:
				return nil, fmt.Errorf("two lead")
			case <-time.After(2 * time.Second):
				return true, nil
			}
		}},
		{"and takes over", func() (any, error) {
			if err := stopFirst(); err != nil {
				return nil, err
			}
			select {
			case <-second:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			if err := change(func(s *Store) { s.Spec.Replicas = 1 }); err != nil {
				return nil, err
			}
			return told(ready(ctx, c, key))
		}},
		{"deleted, it leaves a note and nothing else", func() (any, error) {
			var store Store
			if err := c.Get(ctx, key, &store); err != nil {
				return nil, err
			}
			if err := c.Delete(ctx, &store, client.PropagationPolicy(metav1.DeletePropagationForeground)); err != nil {
				return nil, err
			}
			return until(ctx, func() (any, bool, error) {
				gone := errors.IsNotFound(c.Get(ctx, key, &Store{})) && errors.IsNotFound(c.Get(ctx, key, &appsv1.StatefulSet{})) && errors.IsNotFound(c.Get(ctx, key, &corev1.Service{}))
				var pods corev1.PodList
				if err := c.List(ctx, &pods, client.InNamespace(namespace), client.MatchingLabels{"store": key.Name}); err != nil {
					return nil, false, err
				}
				var note corev1.ConfigMap
				err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "farewell-shop"}, &note)
				return []any{len(pods.Items), note.Data["uid"] == string(store.UID)}, gone && len(pods.Items) == 0, err
			})
		}},
		{"the end", func() (any, error) {
			if err := stopSecond(); err != nil {
				return nil, err
			}
			return nil, client.IgnoreNotFound(c.Delete(ctx, definition.DeepCopy()))
		}},
	}
}

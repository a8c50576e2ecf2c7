package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	toolswatch "k8s.io/client-go/tools/watch"
)

// What an informer told, sorted: its handlers may see two writes as one.
type told struct {
	sync.Mutex
	names []string
}

func (t *told) add(what string, o any) {
	if gone, ok := o.(cache.DeletedFinalStateUnknown); ok {
		o = gone.Obj
	}
	t.Lock()
	defer t.Unlock()
	name := what + " " + o.(metav1.Object).GetName()
	if !slices.Contains(t.names, name) {
		t.names = append(t.names, name)
	}
}

func (t *told) handler() cache.ResourceEventHandler {
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { t.add("added", o) },
		UpdateFunc: func(_, o any) { t.add("updated", o) },
		DeleteFunc: func(o any) { t.add("deleted", o) },
	}
}

func (t *told) has(name string) bool {
	t.Lock()
	defer t.Unlock()
	return slices.Contains(t.names, name)
}

func (t *told) wait(ctx context.Context, count int) ([]string, error) {
	return eventually(ctx, func() ([]string, bool, error) {
		t.Lock()
		defer t.Unlock()
		sorted := slices.Sorted(slices.Values(t.names))
		return sorted, len(sorted) >= count, nil
	})
}

// The objects of one check, and the selector that finds them: a list from the server's cache may hold what an earlier check has deleted.
type round string

var rounds int

func newRound() round {
	rounds++
	return round(fmt.Sprint(rounds))
}

func (r round) selector() string { return "round=" + string(r) }

func (r round) settings(name string) *corev1.ConfigMap {
	one := settings(name)
	one.Labels["round"] = string(r)
	return one
}

// Creates, changes and deletes an object. Each step waits until the last one was told: an informer that sees two at once tells one.
func (r round) change(ctx context.Context, name string, events *told) error {
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"added", func() error {
			_, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, r.settings(name), metav1.CreateOptions{})
			return err
		}},
		{"updated", func() error {
			_, err := clients.CoreV1().ConfigMaps(namespace).Patch(ctx, name, types.MergePatchType, []byte(`{"data":{"c":"1"}}`), metav1.PatchOptions{})
			return err
		}},
		{"deleted", func() error {
			return clients.CoreV1().ConfigMaps(namespace).Delete(ctx, name, metav1.DeleteOptions{})
		}},
	} {
		if err := step.do(); err != nil {
			return err
		}
		if events == nil {
			continue
		}
		if _, err := eventually(ctx, func() (any, bool, error) { return nil, events.has(step.what + " " + name), nil }); err != nil {
			return fmt.Errorf("%s %s was not told: %w", step.what, name, err)
		}
	}
	return nil
}

func sharedInformer(of *rest.Config) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		own := newRound()
		if _, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, own.settings("informed-0"), metav1.CreateOptions{}); err != nil {
			return nil, err
		}
		defer clients.CoreV1().ConfigMaps(namespace).Delete(context.Background(), "informed-0", metav1.DeleteOptions{})
		factory := informers.NewSharedInformerFactoryWithOptions(kubernetes.NewForConfigOrDie(of), 0, informers.WithNamespace(namespace),
			informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = own.selector() }))
		events := &told{}
		informer := factory.Core().V1().ConfigMaps().Informer()
		informer.AddIndexers(cache.Indexers{"a": func(o any) ([]string, error) { return []string{o.(*corev1.ConfigMap).Data["a"]}, nil }})
		informer.AddEventHandler(events.handler())
		pods := factory.Core().V1().Pods().Informer()
		factory.Start(ctx.Done())
		for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
			if !synced {
				return nil, fmt.Errorf("%v not synced", kind)
			}
		}
		if err := own.change(ctx, "informed-1", events); err != nil {
			return nil, err
		}
		answer, err := events.wait(ctx, 4)
		if err != nil {
			return nil, err
		}
		indexed, _ := informer.GetIndexer().ByIndex("a", "1")
		listed, err := factory.Core().V1().ConfigMaps().Lister().ConfigMaps(namespace).List(labels.Everything())
		return []any{answer, len(indexed), len(listed), len(pods.GetStore().List()), informer.LastSyncResourceVersion() != ""}, err
	}
}

type sends func(*http.Request) (*http.Response, error)

func (s sends) RoundTrip(request *http.Request) (*http.Response, error) { return s(request) }

// How an informer comes to its objects: by a list and a watch, or by a watch that begins with them.
func requestsOfInformer(ctx context.Context) (any, error) {
	var lock sync.Mutex
	kinds := map[string]bool{}
	of := rest.CopyConfig(config)
	of.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return sends(func(request *http.Request) (*http.Response, error) {
			query := request.URL.Query()
			kind := "list"
			if query.Get("sendInitialEvents") == "true" {
				kind = "watch from the beginning"
			} else if query.Get("watch") != "" {
				kind = "watch"
			}
			lock.Lock()
			kinds[kind] = true
			lock.Unlock()
			return next.RoundTrip(request)
		})
	})
	said, err := sharedInformer(of)(ctx)
	lock.Lock()
	defer lock.Unlock()
	return []any{slices.Sorted(maps.Keys(kinds)), said}, err
}

var informerChecks = []check{
	{"requests of an informer", requestsOfInformer},
	{"shared informers", func(ctx context.Context) (any, error) { return sharedInformer(config)(ctx) }},
	{"shared informers over protobuf", func(ctx context.Context) (any, error) {
		return sharedInformer(configure(protobuf, protobuf))(ctx)
	}},
	{"metadata informer", func(ctx context.Context) (any, error) {
		own := newRound()
		factory := metadatainformer.NewFilteredSharedInformerFactory(metadata.NewForConfigOrDie(config), 0, namespace, func(o *metav1.ListOptions) { o.LabelSelector = own.selector() })
		events := &told{}
		informer := factory.ForResource(corev1.SchemeGroupVersion.WithResource("configmaps")).Informer()
		informer.AddEventHandler(events.handler())
		factory.Start(ctx.Done())
		factory.WaitForCacheSync(ctx.Done())
		if err := own.change(ctx, "informed-2", events); err != nil {
			return nil, err
		}
		return events.wait(ctx, 3)
	}},
	{"informer of one object by field", func(ctx context.Context) (any, error) {
		source := cache.NewListWatchFromClient(clients.CoreV1().RESTClient(), "configmaps", namespace, fields.OneTermEqualSelector("metadata.name", "informed-3"))
		events := &told{}
		informer := cache.NewSharedInformer(source, &corev1.ConfigMap{}, 0)
		informer.AddEventHandler(events.handler())
		go informer.Run(ctx.Done())
		cache.WaitForCacheSync(ctx.Done(), informer.HasSynced)
		own := newRound()
		if err := own.change(ctx, "informed-other", nil); err != nil {
			return nil, err
		}
		if err := own.change(ctx, "informed-3", events); err != nil {
			return nil, err
		}
		return events.wait(ctx, 3)
	}},
	{"watch that retries", func(ctx context.Context) (any, error) {
		list, err := clients.CoreV1().ConfigMaps(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		second := int64(1) // the server ends the watch every second; the watcher goes on where it was
		retrying, err := toolswatch.NewRetryWatcherWithContext(ctx, list.ResourceVersion, &cache.ListWatch{WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.TimeoutSeconds, o.FieldSelector = &second, "metadata.name=informed-4"
			return clients.CoreV1().ConfigMaps(namespace).Watch(ctx, o)
		}})
		if err != nil {
			return nil, err
		}
		defer retrying.Stop()
		var types []watch.EventType
		go func() {
			time.Sleep(1500 * time.Millisecond)
			newRound().change(ctx, "informed-4", nil)
		}()
		for event := range retrying.ResultChan() {
			if types = append(types, event.Type); event.Type == watch.Deleted {
				break
			}
		}
		return types, nil
	}},
	{"watch of a revision that is not one", func(ctx context.Context) (any, error) {
		_, err := clients.CoreV1().ConfigMaps(namespace).Watch(ctx, metav1.ListOptions{ResourceVersion: "x"})
		return said(err), nil
	}},
	{"initial events of a watch", func(ctx context.Context) (any, error) {
		own := newRound()
		if _, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, own.settings("informed-5"), metav1.CreateOptions{}); err != nil {
			return nil, err
		}
		defer clients.CoreV1().ConfigMaps(namespace).Delete(context.Background(), "informed-5", metav1.DeleteOptions{})
		yes := true
		stream, err := clients.CoreV1().ConfigMaps(namespace).Watch(ctx, metav1.ListOptions{SendInitialEvents: &yes, AllowWatchBookmarks: true,
			ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan, LabelSelector: own.selector()})
		if err != nil {
			return nil, err
		}
		defer stream.Stop()
		var events []string
		for event := range stream.ResultChan() {
			one := event.Object.(*corev1.ConfigMap)
			events = append(events, fmt.Sprint(event.Type, " ", one.Name, one.Annotations))
			if event.Type == watch.Bookmark {
				break
			}
		}
		return events, nil
	}},
}

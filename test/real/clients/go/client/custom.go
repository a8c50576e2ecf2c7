package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
)

var (
	definitions = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	widgets     = schema.GroupVersionResource{Group: "go.clients.opsdeck.dev", Version: "v1", Resource: "widgets"}
)

type object = map[string]any

var widgetDefinition = &unstructured.Unstructured{Object: object{
	"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": object{"name": "widgets.go.clients.opsdeck.dev"},
	"spec": object{
		"group": widgets.Group, "scope": "Namespaced", "names": object{"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList", "shortNames": []any{"wdg"}},
		"versions": []any{object{"name": "v1", "served": true, "storage": true, "subresources": object{"status": object{}, "scale": object{"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}},
			"schema": object{"openAPIV3Schema": object{"type": "object", "properties": object{
				"spec": object{"type": "object", "properties": object{
					"size": object{"type": "integer", "minimum": int64(0), "default": int64(1)}, "note": object{"type": "string"}}},
				"status": object{"type": "object", "properties": object{"size": object{"type": "integer"}}}}}}}},
	},
}}

func widget(name string, size int64) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: object{"apiVersion": "go.clients.opsdeck.dev/v1", "kind": "Widget", "metadata": object{"name": name}, "spec": object{"size": size, "unknown": "x"}}}
}

func theWidgets() dynamic.ResourceInterface { return dynamics.Resource(widgets).Namespace(namespace) }

var customChecks = []check{
	{"a definition is established", func(ctx context.Context) (any, error) {
		dynamics.Resource(definitions).Delete(ctx, widgetDefinition.GetName(), metav1.DeleteOptions{})
		_, err := eventually(ctx, func() (bool, bool, error) {
			_, err := dynamics.Resource(definitions).Create(ctx, widgetDefinition, metav1.CreateOptions{})
			return true, err == nil, nil // the one of an earlier run may still be on its way out
		})
		if err != nil {
			return nil, err
		}
		return eventually(ctx, func() (string, bool, error) {
			mapping, err := mapper().RESTMapping(schema.GroupKind{Group: widgets.Group, Kind: "Widget"})
			if err != nil {
				return err.Error(), false, nil
			}
			_, err = theWidgets().List(ctx, metav1.ListOptions{})
			return mapping.Resource.String(), err == nil, nil
		})
	}},
	{"custom object: created, pruned, defaulted", func(ctx context.Context) (any, error) {
		made, err := theWidgets().Create(ctx, widget("one", 3), metav1.CreateOptions{})
		if err != nil {
			return nil, err
		}
		return []any{made.Object["spec"], made.GetGeneration()}, nil
	}},
	{"custom object: invalid", func(ctx context.Context) (any, error) {
		_, err := theWidgets().Create(ctx, widget("bad", -1), metav1.CreateOptions{})
		return []any{errors.IsInvalid(err), said(err)}, nil
	}},
	{"custom object: status apart", func(ctx context.Context) (any, error) {
		one, err := theWidgets().Get(ctx, "one", metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		one.Object["status"] = object{"size": int64(3)}
		unstructured.SetNestedField(one.Object, int64(9), "spec", "size")
		one, err = theWidgets().UpdateStatus(ctx, one, metav1.UpdateOptions{})
		if err != nil {
			return nil, err
		}
		return []any{one.Object["spec"], one.Object["status"], one.GetGeneration()}, nil
	}},
	{"custom object: scale", func(ctx context.Context) (any, error) {
		made, err := theWidgets().Patch(ctx, "one", types.MergePatchType, []byte(`{"spec":{"replicas":5}}`), metav1.PatchOptions{}, "scale")
		if err != nil {
			return nil, err
		}
		return []any{made.GetKind(), made.Object["spec"], made.Object["status"]}, nil
	}},
	{"custom object: strategic patch", func(ctx context.Context) (any, error) {
		_, err := theWidgets().Patch(ctx, "one", types.StrategicMergePatchType, []byte(`{}`), metav1.PatchOptions{})
		return said(err), nil
	}},
	{"custom object: applied", func(ctx context.Context) (any, error) {
		made, err := theWidgets().Apply(ctx, "one", &unstructured.Unstructured{Object: object{"apiVersion": "go.clients.opsdeck.dev/v1", "kind": "Widget",
			"metadata": object{"name": "one", "finalizers": []any{"clients.opsdeck.dev/hold"}}, "spec": object{"note": "applied"}}}, owner("one", false))
		if err != nil {
			return nil, err
		}
		return []any{made.Object["spec"], made.GetFinalizers()}, nil
	}},
	{"custom objects: dynamic informer", func(ctx context.Context) (any, error) {
		factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(dynamics, 0, namespace, nil)
		seen := make(chan string, 100)
		informer := factory.ForResource(widgets).Informer()
		informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc: func(o any) { seen <- "added " + o.(*unstructured.Unstructured).GetName() },
			UpdateFunc: func(_, o any) {
				seen <- fmt.Sprintf("updated %v", o.(*unstructured.Unstructured).GetDeletionTimestamp() != nil)
			},
			DeleteFunc: func(o any) { seen <- "deleted" },
		})
		factory.Start(ctx.Done())
		factory.WaitForCacheSync(ctx.Done())
		events := []string{<-seen}
		// A finalizer holds it: first it is marked, then, let go, it is gone.
		if err := theWidgets().Delete(ctx, "one", metav1.DeleteOptions{}); err != nil {
			return events, err
		}
		events = append(events, <-seen)
		if _, err := theWidgets().Patch(ctx, "one", types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{}); err != nil {
			return events, err
		}
		select {
		case event := <-seen:
			return append(events, event), nil
		case <-time.After(30 * time.Second):
			return events, fmt.Errorf("only %v", events)
		}
	}},
	{"a definition goes away", func(ctx context.Context) (any, error) {
		if err := dynamics.Resource(definitions).Delete(ctx, widgetDefinition.GetName(), metav1.DeleteOptions{}); err != nil {
			return nil, err
		}
		return eventually(ctx, func() (bool, bool, error) {
			_, err := theWidgets().List(ctx, metav1.ListOptions{})
			return true, errors.IsNotFound(err), nil
		})
	}},
}

package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"
)

func settings(name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": "writes"}},
		Data:       map[string]string{"a": "1"}, BinaryData: map[string][]byte{"b": {0, 255, 7}},
	}
}

func patched(kind types.PatchType, patch string) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		made, err := clients.CoreV1().ConfigMaps(namespace).Patch(ctx, "w1", kind, []byte(patch), metav1.PatchOptions{})
		if err != nil {
			return nil, err
		}
		return []any{made.Data, made.Labels}, nil
	}
}

// said is an error as a Go program tells errors apart.
func said(err error) any {
	status, ok := err.(errors.APIStatus)
	if !ok {
		return fmt.Sprintf("no status: %v", err)
	}
	causes := []string{}
	if details := status.Status().Details; details != nil {
		for _, cause := range details.Causes {
			causes = append(causes, string(cause.Type)+" "+cause.Field)
		}
	}
	return []any{status.Status().Code, status.Status().Reason, causes}
}

var writeChecks = []check{
	{"create and get", func(ctx context.Context) (any, error) {
		if _, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, settings("w1"), metav1.CreateOptions{}); err != nil {
			return nil, err
		}
		got, err := clients.CoreV1().ConfigMaps(namespace).Get(ctx, "w1", metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		return []any{got.Data, got.BinaryData, got.Labels, got.ManagedFields[0].Manager, got.CreationTimestamp.IsZero()}, nil
	}},
	{"create twice", func(ctx context.Context) (any, error) {
		_, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, settings("w1"), metav1.CreateOptions{})
		return []any{errors.IsAlreadyExists(err), err}, nil
	}},
	{"get of none", func(ctx context.Context) (any, error) {
		_, err := clients.CoreV1().ConfigMaps(namespace).Get(ctx, "none", metav1.GetOptions{})
		return []any{errors.IsNotFound(err), err}, nil
	}},
	{"update of a stale object", func(ctx context.Context) (any, error) {
		first, err := clients.CoreV1().ConfigMaps(namespace).Get(ctx, "w1", metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		stale := first.DeepCopy()
		first.Data["a"] = "2"
		if _, err = clients.CoreV1().ConfigMaps(namespace).Update(ctx, first, metav1.UpdateOptions{}); err != nil {
			return nil, err
		}
		stale.Data["a"] = "3"
		_, err = clients.CoreV1().ConfigMaps(namespace).Update(ctx, stale, metav1.UpdateOptions{})
		return []any{errors.IsConflict(err), said(err)}, nil
	}},
	{"retry on conflict", func(ctx context.Context) (any, error) {
		tries := 0
		return 2, retry.RetryOnConflict(retry.DefaultRetry, func() error {
			tries++
			one, err := clients.CoreV1().ConfigMaps(namespace).Get(ctx, "w1", metav1.GetOptions{})
			if err != nil {
				return err
			}
			if tries == 1 {
				one.ResourceVersion = "1"
			}
			one.Data["retried"] = fmt.Sprint(tries)
			_, err = clients.CoreV1().ConfigMaps(namespace).Update(ctx, one, metav1.UpdateOptions{})
			return err
		})
	}},
	{"strategic merge patch", patched(types.StrategicMergePatchType, `{"data":{"s":"1"},"metadata":{"labels":{"app":null,"x":"y"}}}`)},
	{"merge patch", patched(types.MergePatchType, `{"data":{"s":null,"m":"1"}}`)},
	{"JSON patch", patched(types.JSONPatchType, `[{"op":"test","path":"/data/m","value":"1"},{"op":"replace","path":"/data/m","value":"2"}]`)},
	{"JSON patch whose test fails", func(ctx context.Context) (any, error) {
		_, err := clients.CoreV1().ConfigMaps(namespace).Patch(ctx, "w1", types.JSONPatchType, []byte(`[{"op":"test","path":"/data/m","value":"1"}]`), metav1.PatchOptions{})
		return said(err), nil
	}},
	{"dry run", func(ctx context.Context) (any, error) {
		made, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, settings("dry"), metav1.CreateOptions{DryRun: []string{"All"}})
		if err != nil {
			return nil, err
		}
		_, err = clients.CoreV1().ConfigMaps(namespace).Get(ctx, "dry", metav1.GetOptions{})
		return []any{made.UID != "", errors.IsNotFound(err)}, nil
	}},
	{"invalid object", func(ctx context.Context) (any, error) {
		_, err := clients.CoreV1().Pods(namespace).Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "Bad_Name"}}, metav1.CreateOptions{})
		return []any{errors.IsInvalid(err), said(err)}, nil
	}},
	{"delete under a precondition", func(ctx context.Context) (any, error) {
		other := types.UID("other")
		err := clients.CoreV1().ConfigMaps(namespace).Delete(ctx, "w1", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &other}})
		return []any{errors.IsConflict(err), said(err)}, nil
	}},
	{"pages", func(ctx context.Context) (any, error) {
		for i := range 7 {
			if _, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, settings(fmt.Sprintf("page-%d", i)), metav1.CreateOptions{}); err != nil {
				return nil, err
			}
		}
		pages, names := 0, []string{}
		lister := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			pages++
			return clients.CoreV1().ConfigMaps(namespace).List(ctx, options)
		})
		lister.PageSize = 3
		err := lister.EachListItem(ctx, metav1.ListOptions{LabelSelector: "app=writes"}, func(one runtime.Object) error {
			names = append(names, one.(*corev1.ConfigMap).Name)
			return nil
		})
		return []any{pages, names}, err
	}},
	{"delete a collection", func(ctx context.Context) (any, error) {
		configMaps := clients.CoreV1().ConfigMaps(namespace)
		if err := configMaps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "app=writes"}); err != nil {
			return nil, err
		}
		left, err := configMaps.List(ctx, metav1.ListOptions{LabelSelector: labels.Set{"app": "writes"}.String()})
		return len(left.Items), err
	}},
}

// Forms of the same requests: what controllers with other content types meet.
func inForm(contentType, accept string) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		c := kubernetes.NewForConfigOrDie(configure(contentType, accept))
		one := settings("form")
		made, err := c.CoreV1().ConfigMaps(namespace).Create(ctx, one, metav1.CreateOptions{})
		if err != nil {
			return nil, fmt.Errorf("create: %w", err)
		}
		defer c.CoreV1().ConfigMaps(namespace).Delete(context.Background(), "form", metav1.DeleteOptions{})
		watch, err := c.CoreV1().ConfigMaps(namespace).Watch(ctx, metav1.ListOptions{ResourceVersion: made.ResourceVersion, FieldSelector: "metadata.name=form", AllowWatchBookmarks: true})
		if err != nil {
			return nil, fmt.Errorf("watch: %w", err)
		}
		defer watch.Stop()
		list, err := c.CoreV1().ConfigMaps(namespace).List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=form"})
		if err != nil {
			return nil, fmt.Errorf("list: %w", err)
		}
		got := list.Items[0]
		got.Data["a"] = "2"
		if _, err = c.CoreV1().ConfigMaps(namespace).Update(ctx, &got, metav1.UpdateOptions{}); err != nil {
			return nil, fmt.Errorf("update: %w", err)
		}
		event := <-watch.ResultChan()
		changed, ok := event.Object.(*corev1.ConfigMap)
		if !ok {
			return nil, fmt.Errorf("event %v", event)
		}
		nodes, err := c.CoreV1().Nodes().List(ctx, metav1.ListOptions{Limit: 1})
		if err != nil {
			return nil, fmt.Errorf("nodes: %w", err)
		}
		capacity := nodes.Items[0].Status.Capacity
		_, err = c.CoreV1().ConfigMaps(namespace).Get(ctx, "none", metav1.GetOptions{})
		accounts, failed := c.CoreV1().ServiceAccounts(namespace).List(ctx, metav1.ListOptions{})
		if failed != nil {
			return nil, fmt.Errorf("accounts: %w", failed)
		}
		return []any{event.Type, changed.Data, changed.BinaryData, list.ResourceVersion != "", changed.ManagedFields[0].FieldsV1.String(),
			capacity.Cpu().IsZero(), errors.IsNotFound(err), said(err), len(accounts.Items)}, nil
	}
}

const protobuf = "application/vnd.kubernetes.protobuf"

var formChecks = []check{
	{"JSON", inForm("application/json", "")},
	{"protobuf, anything else too", inForm(protobuf, "")},
	{"protobuf, else JSON", inForm(protobuf, protobuf+",application/json")},
	{"protobuf and nothing else", inForm(protobuf, protobuf)},
}

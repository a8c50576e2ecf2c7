package main

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedv1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/record"
)

func forConfig(c *rest.Config) *kubernetes.Clientset { return kubernetes.NewForConfigOrDie(c) }

var eventChecks = []check{
	{"events by a recorder, counted", func(ctx context.Context) (any, error) {
		one, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, settings("recorded"), metav1.CreateOptions{})
		if err != nil {
			return nil, err
		}
		broadcaster := record.NewBroadcaster()
		defer broadcaster.Shutdown()
		broadcaster.StartRecordingToSink(&typedv1.EventSinkImpl{Interface: clients.CoreV1().Events(namespace)})
		recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "clients"})
		for range 3 {
			recorder.Event(one, corev1.EventTypeWarning, "Tested", "said by the recorder")
		}
		return eventually(ctx, func() (any, bool, error) {
			list, err := clients.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=recorded,reason=Tested"})
			if err != nil || len(list.Items) == 0 {
				return list, false, err
			}
			event := list.Items[0]
			return []any{len(list.Items), event.Count, event.Type, event.Source.Component, event.ReportingController, event.InvolvedObject.Kind}, event.Count == 3, nil
		})
	}},
	{"events by the newer recorder, in series", func(ctx context.Context) (any, error) {
		one, err := clients.CoreV1().ConfigMaps(namespace).Get(ctx, "recorded", metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: clients.EventsV1()})
		defer broadcaster.Shutdown()
		if err = broadcaster.StartRecordingToSinkWithContext(ctx); err != nil {
			return nil, err
		}
		recorder := broadcaster.NewRecorder(scheme.Scheme, "clients.opsdeck.dev/test")
		recorder.Eventf(one, nil, corev1.EventTypeNormal, "Newly", "Testing", "said %d", 1)
		find := func() (*eventsv1.Event, error) {
			list, err := clients.EventsV1().Events(namespace).List(ctx, metav1.ListOptions{})
			if err != nil {
				return nil, err
			}
			at := slices.IndexFunc(list.Items, func(e eventsv1.Event) bool { return e.Reason == "Newly" })
			if at < 0 {
				return nil, nil
			}
			return &list.Items[at], nil
		}
		if _, err = eventually(ctx, func() (any, bool, error) { event, err := find(); return event, event != nil, err }); err != nil {
			return nil, err
		}
		recorder.Eventf(one, nil, corev1.EventTypeNormal, "Newly", "Testing", "said %d", 1)
		return eventually(ctx, func() (any, bool, error) {
			event, err := find()
			if err != nil || event == nil || event.Series == nil {
				return event, false, err
			}
			old, err := clients.CoreV1().Events(namespace).Get(ctx, event.Name, metav1.GetOptions{})
			return fmt.Sprint(event.Series.Count, event.Note, event.Action, event.ReportingController, event.Regarding.Name, old.Message, old.Series.Count), true, err
		})
	}},
}

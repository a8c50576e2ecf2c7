package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	appsv1 "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1 "k8s.io/client-go/applyconfigurations/core/v1"
	acmeta "k8s.io/client-go/applyconfigurations/meta/v1"
)

func deployment(replicas int32, image string) *appsv1.DeploymentApplyConfiguration {
	labels := map[string]string{"app": "applied"}
	return appsv1.Deployment("applied", namespace).WithLabels(labels).WithSpec(appsv1.DeploymentSpec().
		WithReplicas(replicas).
		WithSelector(acmeta.LabelSelector().WithMatchLabels(labels)).
		WithTemplate(corev1.PodTemplateSpec().WithLabels(labels).WithSpec(corev1.PodSpec().WithContainers(
			corev1.Container().WithName("main").WithImage(image).WithCommand("sh", "-c", sleeper)))))
}

func owner(manager string, force bool) metav1.ApplyOptions {
	return metav1.ApplyOptions{FieldManager: manager, Force: force}
}

var applyChecks = []check{
	{"server-side apply, typed", func(ctx context.Context) (any, error) {
		made, err := clients.AppsV1().Deployments(namespace).Apply(ctx, deployment(0, image), owner("one", false))
		if err != nil {
			return nil, err
		}
		return []any{*made.Spec.Replicas, made.Spec.Template.Spec.Containers[0].Name, made.ManagedFields[0].Manager, made.ManagedFields[0].Operation}, nil
	}},
	{"apply again changes nothing", func(ctx context.Context) (any, error) {
		before, err := clients.AppsV1().Deployments(namespace).Apply(ctx, deployment(0, image), owner("one", false))
		if err != nil {
			return nil, err
		}
		after, err := clients.AppsV1().Deployments(namespace).Apply(ctx, deployment(0, image), owner("one", false))
		if err != nil {
			return nil, err
		}
		return before.Generation == after.Generation, nil
	}},
	{"apply in conflict", func(ctx context.Context) (any, error) {
		_, err := clients.AppsV1().Deployments(namespace).Apply(ctx, deployment(0, "other"), owner("two", false))
		return []any{errors.IsConflict(err), said(err), err}, nil
	}},
	{"apply by force", func(ctx context.Context) (any, error) {
		made, err := clients.AppsV1().Deployments(namespace).Apply(ctx, deployment(0, image+"x"), owner("two", true))
		if err != nil {
			return nil, err
		}
		return made.Spec.Template.Spec.Containers[0].Image, nil
	}},
	{"what a manager owns, extracted", func(ctx context.Context) (any, error) {
		live, err := clients.AppsV1().Deployments(namespace).Get(ctx, "applied", metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		one, err := appsv1.ExtractDeployment(live, "one")
		if err != nil {
			return nil, err
		}
		two, err := appsv1.ExtractDeployment(live, "two")
		if err != nil {
			return nil, err
		}
		containers := one.Spec.Template.Spec.Containers
		return []any{containers[0].Image == nil, containers[0].Command, *two.Spec.Template.Spec.Containers[0].Image}, nil
	}},
	{"what a manager owns, extracted by the server's schema", func(ctx context.Context) (any, error) {
		extractor, err := acmeta.NewUnstructuredExtractor(clients.Discovery())
		if err != nil {
			return nil, err
		}
		live, err := dynamics.Resource(schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}).Namespace(namespace).Get(ctx, "applied", metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		two, err := extractor.Extract(live, "two")
		if err != nil {
			return nil, err
		}
		return two.Object, nil
	}},
	{"apply, unstructured", func(ctx context.Context) (any, error) {
		object := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "applied"},
			"spec": map[string]any{"clusterIP": "None", "selector": map[string]any{"app": "applied"}, "ports": []any{map[string]any{"port": int64(80), "name": "http"}}}}}
		made, err := dynamics.Resource(schema.GroupVersionResource{Version: "v1", Resource: "services"}).Namespace(namespace).Apply(ctx, "applied", object, owner("one", false))
		if err != nil {
			return nil, err
		}
		ports, _, _ := unstructured.NestedSlice(made.Object, "spec", "ports")
		return fmt.Sprint(ports), nil
	}},
	{"scale", func(ctx context.Context) (any, error) {
		scale, err := clients.AppsV1().Deployments(namespace).GetScale(ctx, "applied", metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		scale.Spec.Replicas = 0
		scale, err = clients.AppsV1().Deployments(namespace).UpdateScale(ctx, "applied", scale, metav1.UpdateOptions{})
		if err != nil {
			return nil, err
		}
		return []any{scale.Spec.Replicas, scale.Status.Selector}, nil
	}},
}

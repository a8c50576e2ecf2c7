package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	finalizer  = "operator.clients.opsdeck.dev/farewell"
	bySettings = "spec.settings"
	image      = "local/redis:7" // has a shell, and both servers run it
)

type reconciler struct {
	client.Client
	recorder record.EventRecorder
}

func (r *reconciler) setUp(m manager.Manager) error {
	r.Client, r.recorder = m.GetClient(), m.GetEventRecorderFor("store-operator")
	index := func(o client.Object) []string { return []string{o.(*Store).Spec.Settings} }
	if err := m.GetFieldIndexer().IndexField(context.Background(), &Store{}, bySettings, index); err != nil {
		return err
	}
	again := true // two managers in one process have controllers of one name
	return builder.ControllerManagedBy(m).For(&Store{}, builder.WithPredicates(predicate.Or(predicate.GenerationChangedPredicate{}, predicate.LabelChangedPredicate{}))).
		Owns(&appsv1.StatefulSet{}).Owns(&corev1.Service{}).
		Watches(&corev1.ConfigMap{}, handler.EnqueueRequestsFromMapFunc(r.usersOf)).
		WithOptions(controller.Options{SkipNameValidation: &again}).Complete(r)
}

func (r *reconciler) usersOf(ctx context.Context, settings client.Object) (requests []reconcile.Request) {
	var stores StoreList
	if err := r.List(ctx, &stores, client.InNamespace(settings.GetNamespace()), client.MatchingFields{bySettings: settings.GetName()}); err != nil {
		return nil
	}
	for i := range stores.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&stores.Items[i])})
	}
	return requests
}

func (r *reconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	var store Store
	if err := r.Get(ctx, request.NamespacedName, &store); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !store.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, r.farewell(ctx, &store)
	}
	if controllerutil.AddFinalizer(&store, finalizer) {
		if err := r.Update(ctx, &store); err != nil {
			return reconcile.Result{}, err
		}
	}
	var settings corev1.ConfigMap
	if store.Spec.Settings != "" {
		if err := r.Get(ctx, client.ObjectKey{Namespace: store.Namespace, Name: store.Spec.Settings}, &settings); client.IgnoreNotFound(err) != nil {
			return reconcile.Result{}, err
		}
	}
	set, err := r.children(ctx, &store, settings.Data["mode"])
	if err != nil {
		return reconcile.Result{}, err
	}
	return reconcile.Result{}, r.report(ctx, &store, set)
}

func (r *reconciler) children(ctx context.Context, store *Store, mode string) (*appsv1.StatefulSet, error) {
	labels := map[string]string{"store": store.Name}
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: store.Name, Namespace: store.Namespace}}
	if _, err := controllerutil.CreateOrUpdate(ctx, r, service, func() error {
		service.Spec.ClusterIP, service.Spec.Selector = corev1.ClusterIPNone, labels
		service.Spec.Ports = []corev1.ServicePort{{Name: "main", Port: 6379}}
		return controllerutil.SetControllerReference(store, service, r.Scheme())
	}); err != nil {
		return nil, err
	}
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: store.Name, Namespace: store.Namespace}}
	outcome, err := controllerutil.CreateOrPatch(ctx, r, set, func() error {
		grace := int64(1)
		set.Spec.Replicas, set.Spec.ServiceName, set.Spec.PodManagementPolicy = &store.Spec.Replicas, store.Name, appsv1.ParallelPodManagement
		set.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
		set.Spec.Template.Labels = labels
		set.Spec.Template.Annotations = map[string]string{"mode": mode}
		if len(set.Spec.Template.Spec.Containers) == 0 {
			set.Spec.Template.Spec.Containers = []corev1.Container{{Name: "main"}}
		}
		set.Spec.Template.Spec.TerminationGracePeriodSeconds = &grace
		main := &set.Spec.Template.Spec.Containers[0]
		main.Image, main.Command = image, []string{"sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.2; done"}
		return controllerutil.SetControllerReference(store, set, r.Scheme())
	})
	if err == nil && outcome == controllerutil.OperationResultCreated {
		r.recorder.Eventf(store, corev1.EventTypeNormal, "Created", "stateful set %s", set.Name)
	}
	return set, err
}

func (r *reconciler) report(ctx context.Context, store *Store, set *appsv1.StatefulSet) error {
	before := store.DeepCopyObject().(*Store)
	store.Status.ReadyReplicas, store.Status.ObservedGeneration = set.Status.ReadyReplicas, store.Generation
	ready := metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "Starting", ObservedGeneration: store.Generation,
		Message: fmt.Sprintf("%d of %d", set.Status.ReadyReplicas, store.Spec.Replicas)}
	if set.Status.ObservedGeneration == set.Generation && set.Status.ReadyReplicas == store.Spec.Replicas && set.Status.UpdatedReplicas == store.Spec.Replicas {
		ready.Status, ready.Reason = metav1.ConditionTrue, "Started"
	}
	if meta.SetStatusCondition(&store.Status.Conditions, ready) || before.Status.ObservedGeneration != store.Generation {
		return r.Status().Patch(ctx, store, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	}
	return nil
}

// farewell leaves a note that outlives the store, then lets it go.
func (r *reconciler) farewell(ctx context.Context, store *Store) error {
	note := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "farewell-" + store.Name, Namespace: store.Namespace}, Data: map[string]string{"uid": string(store.UID)}}
	if err := r.Create(ctx, note); client.IgnoreAlreadyExists(err) != nil {
		return err
	}
	if controllerutil.RemoveFinalizer(store, finalizer) {
		return r.Update(ctx, store)
	}
	return nil
}

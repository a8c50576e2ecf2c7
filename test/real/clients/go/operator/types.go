// An operator on controller-runtime of the size that real ones have at least: a custom resource with a status, children it owns, a
// finalizer, an index, events, leader election. It plays its own user as well and prints, one line each, what came of it.
package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/scheme"
)

// A Store is some replicas with settings from a ConfigMap.
type Store struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              StoreSpec   `json:"spec,omitempty"`
	Status            StoreStatus `json:"status,omitempty"`
}

type StoreSpec struct {
	Replicas int32  `json:"replicas"`
	Settings string `json:"settings,omitempty"`
}

type StoreStatus struct {
	ReadyReplicas      int32              `json:"readyReplicas,omitempty"`
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

type StoreList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Store `json:"items"`
}

func (s *Store) DeepCopyObject() runtime.Object {
	copied := *s
	copied.ObjectMeta = *s.ObjectMeta.DeepCopy()
	copied.Status.Conditions = append([]metav1.Condition(nil), s.Status.Conditions...)
	return &copied
}

func (l *StoreList) DeepCopyObject() runtime.Object {
	copied := *l
	copied.Items = make([]Store, len(l.Items))
	for i := range l.Items {
		copied.Items[i] = *l.Items[i].DeepCopyObject().(*Store)
	}
	return &copied
}

var (
	groupVersion  = schema.GroupVersion{Group: "operator.clients.opsdeck.dev", Version: "v1"}
	schemeBuilder = &scheme.Builder{GroupVersion: groupVersion}
)

func init() { schemeBuilder.Register(&Store{}, &StoreList{}) }

type object = map[string]any

var definition = &unstructured.Unstructured{Object: object{
	"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": object{"name": "stores." + groupVersion.Group},
	"spec": object{
		"group": groupVersion.Group, "scope": "Namespaced", "names": object{"plural": "stores", "singular": "store", "kind": "Store", "listKind": "StoreList"},
		"versions": []any{object{"name": "v1", "served": true, "storage": true, "subresources": object{"status": object{}},
			"additionalPrinterColumns": []any{object{"name": "Ready", "type": "integer", "jsonPath": ".status.readyReplicas"}},
			"schema": object{"openAPIV3Schema": object{"type": "object", "properties": object{
				"spec": object{"type": "object", "required": []any{"replicas"}, "properties": object{
					"replicas": object{"type": "integer", "format": "int32", "minimum": int64(0), "maximum": int64(5)}, "settings": object{"type": "string"}}},
				"status": object{"type": "object", "properties": object{
					"readyReplicas": object{"type": "integer", "format": "int32"}, "observedGeneration": object{"type": "integer", "format": "int64"},
					"conditions": object{"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": []any{"type"}, "items": object{
						"type": "object", "required": []any{"type", "status", "lastTransitionTime", "reason", "message"}, "properties": object{
							"type": object{"type": "string", "maxLength": int64(316)}, "status": object{"type": "string", "enum": []any{"True", "False", "Unknown"}},
							"observedGeneration": object{"type": "integer", "format": "int64", "minimum": int64(0)}, "lastTransitionTime": object{"type": "string", "format": "date-time"},
							"reason": object{"type": "string", "minLength": int64(1)}, "message": object{"type": "string"}}}}}}}}}}},
	},
}}

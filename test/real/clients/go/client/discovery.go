package main

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
)

func mapper() meta.RESTMapper {
	cached := memory.NewMemCacheClient(clients.Discovery())
	return restmapper.NewShortcutExpander(restmapper.NewDeferredDiscoveryRESTMapper(cached), cached, nil)
}

// The groups that every Kubernetes serves the same of, whatever is installed beside.
var compared = []string{"v1", "apps/v1", "batch/v1", "policy/v1", "coordination.k8s.io/v1", "rbac.authorization.k8s.io/v1", "storage.k8s.io/v1"}

var discoveryChecks = []check{
	{"server version", func(context.Context) (any, error) {
		version, err := clients.Discovery().ServerVersion()
		if err != nil {
			return nil, err
		}
		return version.Major + "." + version.Minor, nil
	}},
	{"groups and resources, aggregated", func(context.Context) (any, error) {
		_, lists, err := clients.Discovery().ServerGroupsAndResources()
		count := map[string]int{}
		for _, list := range lists {
			if slices.Contains(compared, list.GroupVersion) {
				count[list.GroupVersion] = len(list.APIResources)
			}
		}
		return count, err
	}},
	{"groups and resources, legacy", func(context.Context) (any, error) {
		old := discovery.NewDiscoveryClientForConfigOrDie(config)
		old.UseLegacyDiscovery = true
		_, lists, err := old.ServerGroupsAndResources()
		count := map[string]int{}
		for _, list := range lists {
			if slices.Contains(compared, list.GroupVersion) {
				count[list.GroupVersion] = len(list.APIResources)
			}
		}
		return count, err
	}},
	{"preferred resources", func(context.Context) (any, error) {
		lists, err := clients.Discovery().ServerPreferredNamespacedResources()
		var deletable []string
		for _, list := range discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list", "delete"}}, lists) {
			for _, one := range list.APIResources {
				if slices.Contains(compared, list.GroupVersion) {
					deletable = append(deletable, one.Name)
				}
			}
		}
		slices.Sort(deletable)
		return deletable, err
	}},
	{"mapping of a kind", func(context.Context) (any, error) {
		mapping, err := mapper().RESTMapping(schema.GroupKind{Group: "apps", Kind: "StatefulSet"})
		if err != nil {
			return nil, err
		}
		return []any{mapping.Resource, mapping.Scope.Name()}, nil
	}},
	{"kind of a short name", func(context.Context) (any, error) {
		return mapper().KindFor(schema.GroupVersionResource{Resource: "sts"})
	}},
	{"kind that is not served", func(context.Context) (any, error) {
		_, err := mapper().RESTMapping(schema.GroupKind{Group: "nothing.example", Kind: "Nothing"})
		return []any{meta.IsNoMatchError(err), err}, nil
	}},
	{"OpenAPI v3", func(context.Context) (any, error) {
		paths, err := clients.Discovery().OpenAPIV3().Paths()
		if err != nil {
			return nil, err
		}
		text, err := paths["apis/apps/v1"].Schema("application/json")
		return len(text) > 10000, err
	}},
	{"OpenAPI v2", func(context.Context) (any, error) {
		document, err := clients.Discovery().OpenAPISchema()
		if err != nil {
			return nil, err
		}
		for _, one := range document.GetDefinitions().GetAdditionalProperties() {
			if one.Name == "io.k8s.api.apps.v1.StatefulSet" {
				extensions := []string{}
				for _, extension := range one.Value.VendorExtension {
					extensions = append(extensions, extension.Name)
				}
				return []any{one.Value.Type.GetValue(), len(one.Value.Properties.AdditionalProperties), extensions}, nil
			}
		}
		return "no StatefulSet", nil
	}},
}

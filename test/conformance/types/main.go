// Prints the field table of the Kubernetes API types: see engine/sim/schema/table.ts for the form.
// usage: go run . FOLDER, where FOLDER holds the documents of a real server's /openapi/v3.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
	aggv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

type schema struct {
	Ref        string             `json:"$ref"`
	AllOf      []schema           `json:"allOf"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	Values     *schema            `json:"additionalProperties"`
	Default    any                `json:"default"`
	Enum       []string           `json:"enum"`
	ListType   string             `json:"x-kubernetes-list-type"`
	ListKeys   []string           `json:"x-kubernetes-list-map-keys"`
	MapType    string             `json:"x-kubernetes-map-type"`
	Patch      string             `json:"x-kubernetes-patch-strategy"`
	PatchKey   string             `json:"x-kubernetes-patch-merge-key"`
	Required   []string           `json:"required"`
}

var special = map[reflect.Type]string{
	reflect.TypeOf(metav1.Time{}):                        "t",
	reflect.TypeOf(metav1.MicroTime{}):                   "u",
	reflect.TypeOf(metav1.Duration{}):                    "d",
	reflect.TypeOf(resource.Quantity{}):                  "q",
	reflect.TypeOf(intstr.IntOrString{}):                 "o",
	reflect.TypeOf(runtime.RawExtension{}):               "x",
	reflect.TypeOf(metav1.FieldsV1{}):                    "x",
	reflect.TypeOf(extv1.JSON{}):                         "x",
	reflect.TypeOf(extv1.JSONSchemaPropsOrArray{}):       "x",
	reflect.TypeOf(extv1.JSONSchemaPropsOrBool{}):        "x",
	reflect.TypeOf(extv1.JSONSchemaPropsOrStringArray{}): "x",
}

func name(t reflect.Type) string {
	p := strings.TrimPrefix(t.PkgPath(), "k8s.io/")
	p = strings.ReplaceAll(p, "/", ".")
	for long, short := range map[string]string{"apimachinery.pkg.apis.meta.v1": "meta.v1", "apiextensions-apiserver.pkg.apis.apiextensions.v1": "apiextensions.v1", "kube-aggregator.pkg.apis.apiregistration.v1": "apiregistration.v1"} {
		p = strings.Replace(p, long, short, 1)
	}
	return strings.TrimPrefix(p, "api.") + "." + t.Name()
}

func openapiName(t reflect.Type) string {
	return "io.k8s." + strings.ReplaceAll(strings.TrimPrefix(t.PkgPath(), "k8s.io/"), "/", ".") + "." + t.Name()
}

var schemas = map[string]*schema{}
var lines = map[string]string{}

func typeText(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := special[t]; ok {
		return s
	}
	switch t.Kind() {
	case reflect.String:
		return "s"
	case reflect.Bool:
		return "b"
	case reflect.Int32, reflect.Uint32, reflect.Int16:
		return "i"
	case reflect.Int64, reflect.Int:
		return "l"
	case reflect.Float64:
		return "f"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "y"
		}
		return "[]" + typeText(t.Elem())
	case reflect.Map:
		return "{}" + typeText(t.Elem())
	case reflect.Struct:
		visit(t)
		return name(t)
	}
	panic(t.String())
}

func visit(t reflect.Type) {
	n := name(t)
	if _, done := lines[n]; done {
		return
	}
	lines[n] = ""
	doc := schemas[openapiName(t)]
	out := n
	if doc == nil {
		fmt.Fprintln(os.Stderr, "no schema:", n)
		doc = &schema{}
	}
	if doc.MapType == "atomic" {
		out += " @a"
	}
	lines[n] = out + fields(t, doc, "")
}

// Fields of embedded structs are the outer type's own in JSON; in protobuf they are one level down.
func fields(t reflect.Type, doc *schema, under string) string {
	out := ""
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag := strings.Split(f.Tag.Get("json"), ",")
		flags := ""
		inline := tag[0] == "" && f.Anonymous
		omit := false
		for _, o := range tag[1:] {
			inline = inline || o == "inline"
			omit = omit || o == "omitempty" || o == "omitzero"
			if o == "omitzero" {
				flags += "z"
			}
		}
		if tag[0] == "-" || f.Type == reflect.TypeOf(metav1.TypeMeta{}) {
			continue
		}
		num := under + "0"
		if p := strings.Split(f.Tag.Get("protobuf"), ","); len(p) > 1 {
			num = under + p[1]
		}
		if inline {
			out += fields(f.Type, doc, num+".")
			continue
		}
		if !omit {
			flags += "!"
		}
		if f.Type.Kind() == reflect.Pointer {
			flags += "*"
		}
		s := doc.Properties[tag[0]]
		if s == nil {
			fmt.Fprintln(os.Stderr, "no schema:", t, tag[0])
			s = &schema{}
		}
		if slices.Contains(doc.Required, tag[0]) == omit {
			flags += "$"
		}
		out += " " + tag[0] + "#" + num + flags + ":" + typeText(f.Type)
		switch {
		case s.ListType == "map":
			out += "@" + strings.Join(s.ListKeys, ",")
		case s.ListType == "set":
			out += "@s"
		case s.ListType == "atomic" || s.MapType == "atomic":
			out += "@a"
		}
		if s.Patch != "" {
			out += "~" + s.Patch
			if s.PatchKey != "" {
				out += ":" + s.PatchKey
			}
		}
		if len(s.Enum) > 0 {
			out += "|" + strings.ReplaceAll(strings.Join(s.Enum, "|"), " ", "+")
		} else if s.Items != nil && len(s.Items.Enum) > 0 {
			out += "|" + strings.ReplaceAll(strings.Join(s.Items.Enum, "|"), " ", "+")
		}
		switch d := s.Default.(type) {
		case nil:
		case map[string]any:
			if len(d) > 0 {
				panic(t.String())
			}
		default:
			if b, _ := json.Marshal(d); string(b) != `""` && string(b) != "0" && string(b) != "false" {
				out += "=" + string(b)
			}
		}
	}
	return out
}

func main() {
	files, _ := filepath.Glob(filepath.Join(os.Args[1], "*.json"))
	kinds := map[string]string{}
	for _, f := range files {
		b, _ := os.ReadFile(f)
		var d struct {
			Components struct {
				Schemas map[string]*schema `json:"schemas"`
			} `json:"components"`
		}
		if err := json.Unmarshal(b, &d); err != nil {
			panic(err)
		}
		for n, s := range d.Components.Schemas {
			schemas[n] = s
		}
	}
	s := scheme.Scheme
	_ = extv1.AddToScheme(s)
	_ = aggv1.AddToScheme(s)
	for gvk, t := range s.AllKnownTypes() {
		if _, ok := schemas[openapiName(t)]; !ok || gvk.Version == "__internal" || strings.HasSuffix(gvk.Kind, "List") || strings.HasPrefix(t.PkgPath(), "k8s.io/apimachinery") {
			continue
		}
		visit(t)
		kinds[gvk.Group+"/"+gvk.Version+"/"+gvk.Kind] = name(t)
	}
	visit(reflect.TypeOf(metav1.DeleteOptions{}))
	visit(reflect.TypeOf(metav1.ListMeta{}))
	visit(reflect.TypeOf(metav1.Status{}))
	var ns, ks []string
	for n := range lines {
		ns = append(ns, n)
	}
	sort.Strings(ns)
	for _, n := range ns {
		fmt.Println(lines[n])
	}
	for k := range kinds {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	for _, k := range ks {
		fmt.Println("% " + k + " " + kinds[k])
	}
}

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	autoscalingapply "k8s.io/client-go/applyconfigurations/autoscaling/v1"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	appsclient "k8s.io/client-go/kubernetes/typed/apps/v1"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

const namespace = "default"

var configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

var checks = []check{
	{"discovery", discover},
	{"typed objects", typedObjects},
	{"typed pages", typedPages},
	{"typed watch", typedWatch},
	{"typed apply", typedApply},
	{"subresources", subresources},
	{"reviews and tokens", reviews},
	{"errors", failures},
	{"dynamic", dynamicClient},
	{"metadata", metadataClient},
	{"informer", informer},
	{"metadata informer", metadataInformer},
}

func expect(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}

func configMap(name string, data map[string]string) *corev1.ConfigMap {
	labels := map[string]string{"made": "here"}
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Data: data}
}

func discover(_ context.Context, config *rest.Config) error {
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return err
	}
	version, err := client.ServerVersion()
	if err != nil {
		return err
	}
	_, lists, err := client.ServerGroupsAndResources()
	if err != nil {
		return err
	}
	if err := expect(version.Minor == "36", "minor version %q", version.Minor); err != nil {
		return err
	}
	return expect(len(lists) > 10, "only %d groups", len(lists))
}

func typedObjects(ctx context.Context, config *rest.Config) error {
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := core.ConfigMaps(namespace)
	created, err := maps.Create(ctx, configMap("typed", map[string]string{"a": "ä"}), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	created.Data["b"] = "2"
	created.BinaryData = map[string][]byte{"raw": {0, 255}}
	updated, err := maps.Update(ctx, created, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	if _, err = maps.Update(ctx, created, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		return fmt.Errorf("a stale update: %v", err)
	}
	patch := []byte(`{"data":{"a":null}}`)
	patched, err := maps.Patch(ctx, "typed", types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	read, err := maps.Get(ctx, "typed", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if len(read.Data) != 1 || read.Data["b"] != "2" || string(read.BinaryData["raw"]) != "\x00\xff" {
		return fmt.Errorf("read %v %v", read.Data, read.BinaryData)
	}
	if read.ResourceVersion != patched.ResourceVersion || read.UID != updated.UID {
		return fmt.Errorf("read %s, patched %s", read.ResourceVersion, patched.ResourceVersion)
	}
	other := types.UID("other")
	guarded := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &other}}
	if err = maps.Delete(ctx, "typed", guarded); !apierrors.IsConflict(err) {
		return fmt.Errorf("a delete of another object: %v", err)
	}
	return maps.Delete(ctx, "typed", metav1.DeleteOptions{})
}

func typedPages(ctx context.Context, config *rest.Config) error {
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := core.ConfigMaps(namespace)
	for index := range 5 {
		name := fmt.Sprintf("page-%d", index)
		data := map[string]string{"text": strings.Repeat("x", 70_000)}
		if _, err := maps.Create(ctx, configMap(name, data), metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	names := []string{}
	options := metav1.ListOptions{Limit: 2, LabelSelector: "made=here"}
	for {
		page, err := maps.List(ctx, options)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			names = append(names, item.Name)
		}
		if options.Continue = page.Continue; page.Continue == "" {
			break
		}
	}
	if strings.Join(names, " ") != "page-0 page-1 page-2 page-3 page-4" {
		return fmt.Errorf("pages of %v", names)
	}
	// Long enough to come in pieces, and compressed.
	whole, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "made=here"})
	if err != nil {
		return err
	}
	if err := expect(len(whole.Items) == 5, "a list of %d", len(whole.Items)); err != nil {
		return err
	}
	all := metav1.ListOptions{LabelSelector: "made=here"}
	return maps.DeleteCollection(ctx, metav1.DeleteOptions{}, all)
}

func typedWatch(ctx context.Context, config *rest.Config) error {
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := core.ConfigMaps(namespace)
	list, err := maps.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	options := metav1.ListOptions{ResourceVersion: list.ResourceVersion, LabelSelector: "made=here"}
	watching, err := maps.Watch(ctx, options)
	if err != nil {
		return err
	}
	defer watching.Stop()
	created, err := maps.Create(ctx, configMap("watched", nil), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	created.Data = map[string]string{"a": "1"}
	if _, err := maps.Update(ctx, created, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if err := maps.Delete(ctx, "watched", metav1.DeleteOptions{}); err != nil {
		return err
	}
	for _, wanted := range []watch.EventType{watch.Added, watch.Modified, watch.Deleted} {
		event := <-watching.ResultChan()
		object, isMap := event.Object.(*corev1.ConfigMap)
		if event.Type != wanted || !isMap || object.Name != "watched" {
			return fmt.Errorf("%s of %v, not %s", event.Type, event.Object, wanted)
		}
	}
	return nil
}

func typedApply(ctx context.Context, config *rest.Config) error {
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := core.ConfigMaps(namespace)
	applied := func(value string) *coreapply.ConfigMapApplyConfiguration {
		return coreapply.ConfigMap("applied", namespace).WithData(map[string]string{"a": value})
	}
	if _, err := maps.Apply(ctx, applied("1"), metav1.ApplyOptions{FieldManager: "one"}); err != nil {
		return err
	}
	_, err = maps.Apply(ctx, applied("2"), metav1.ApplyOptions{FieldManager: "two"})
	if !apierrors.IsConflict(err) || !strings.Contains(err.Error(), `conflict with "one"`) {
		return fmt.Errorf("an apply over another's field: %v", err)
	}
	forced, err := maps.Apply(ctx, applied("2"), metav1.ApplyOptions{FieldManager: "two", Force: true})
	if err != nil {
		return err
	}
	extracted, err := coreapply.ExtractConfigMap(forced, "two")
	if err != nil {
		return err
	}
	if err := expect(extracted.Data["a"] == "2", "two owns %v", extracted.Data); err != nil {
		return err
	}
	return maps.Delete(ctx, "applied", metav1.DeleteOptions{})
}

func deployment(replicas int32) *appsv1.Deployment {
	labels := map[string]string{"app": "web"}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "web-"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "nginx"}}},
			},
		},
	}
}

func subresources(ctx context.Context, config *rest.Config) error {
	apps, err := appsclient.NewForConfig(config)
	if err != nil {
		return err
	}
	deployments := apps.Deployments(namespace)
	created, err := deployments.Create(ctx, deployment(0), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	name := created.Name
	if created.Spec.Replicas == nil || *created.Spec.Replicas != 0 {
		return fmt.Errorf("zero replicas became %v", created.Spec.Replicas)
	}
	scale, err := deployments.GetScale(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	scale.Spec.Replicas = 2
	var scaled *autoscalingv1.Scale
	if scaled, err = deployments.UpdateScale(ctx, name, scale, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if err := expect(scaled.Spec.Replicas == 2, "scaled to %d", scaled.Spec.Replicas); err != nil {
		return err
	}
	wanted := autoscalingapply.Scale().WithSpec(autoscalingapply.ScaleSpec().WithReplicas(3))
	force := metav1.ApplyOptions{FieldManager: "scaler", Force: true}
	if scaled, err = deployments.ApplyScale(ctx, name, wanted, force); err != nil {
		return err
	}
	if err := expect(scaled.Spec.Replicas == 3, "applied %d", scaled.Spec.Replicas); err != nil {
		return err
	}
	current, err := deployments.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	current.Status.ObservedGeneration = 7
	current.Status.Conditions = []appsv1.DeploymentCondition{{Type: "Available", Status: "True"}}
	current, err = deployments.UpdateStatus(ctx, current, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	if current.Status.ObservedGeneration != 7 || *current.Spec.Replicas != 3 {
		return fmt.Errorf("status %v, replicas %d", current.Status, *current.Spec.Replicas)
	}
	return deployments.Delete(ctx, name, metav1.DeleteOptions{})
}

func reviews(ctx context.Context, config *rest.Config) error {
	authorization, err := authorizationclient.NewForConfig(config)
	if err != nil {
		return err
	}
	review := &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "get", Resource: "pods"},
		},
	}
	allowed, err := authorization.SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if err := expect(allowed.Status.Allowed, "an administrator may not: %v", allowed.Status); err != nil {
		return err
	}
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return err
	}
	accounts := core.ServiceAccounts(namespace)
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "robot"}}
	if _, err := accounts.Create(ctx, account, metav1.CreateOptions{}); err != nil {
		return err
	}
	token, err := accounts.CreateToken(ctx, "robot", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if err := expect(token.Status.Token != "", "no token: %v", token.Status); err != nil {
		return err
	}
	return accounts.Delete(ctx, "robot", metav1.DeleteOptions{})
}

func failures(ctx context.Context, config *rest.Config) error {
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return err
	}
	_, err = core.ConfigMaps(namespace).Get(ctx, "none", metav1.GetOptions{})
	if !apierrors.IsNotFound(err) || err.Error() != `configmaps "none" not found` {
		return fmt.Errorf("what is not there: %v", err)
	}
	_, err = core.ConfigMaps(namespace).Create(ctx, configMap("Not_a_name", nil), metav1.CreateOptions{})
	if !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), "metadata.name") {
		return fmt.Errorf("a bad name: %v", err)
	}
	return nil
}

func dynamicClient(ctx context.Context, config *rest.Config) error {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := client.Resource(configMaps).Namespace(namespace)
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "dynamic"},
	}}
	if _, err := maps.Create(ctx, object, metav1.CreateOptions{}); err != nil {
		return err
	}
	object.Object["data"] = map[string]any{"a": "1"}
	options := metav1.ApplyOptions{FieldManager: "dynamic"}
	if _, err := maps.Apply(ctx, "dynamic", object, options); err != nil {
		return err
	}
	list, err := maps.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=dynamic"})
	if err != nil {
		return err
	}
	if err := expect(len(list.Items) == 1, "a list of %d", len(list.Items)); err != nil {
		return err
	}
	value, _, _ := unstructured.NestedString(list.Items[0].Object, "data", "a")
	if err := expect(value == "1", "data.a is %q", value); err != nil {
		return err
	}
	return maps.Delete(ctx, "dynamic", metav1.DeleteOptions{})
}

func metadataClient(ctx context.Context, config *rest.Config) error {
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return err
	}
	if _, err := core.ConfigMaps(namespace).Create(ctx, configMap("meta", nil), metav1.CreateOptions{}); err != nil {
		return err
	}
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := client.Resource(configMaps).Namespace(namespace)
	one, err := maps.Get(ctx, "meta", metav1.GetOptions{})
	if err != nil {
		return err
	}
	list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "made=here"})
	if err != nil {
		return err
	}
	if len(list.Items) != 1 || list.Items[0].UID != one.UID || list.ResourceVersion == "" {
		return fmt.Errorf("a list of %v", list.Items)
	}
	patch := []byte(`{"metadata":{"labels":{"more":"here"}}}`)
	patched, err := maps.Patch(ctx, "meta", types.MergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if err := expect(patched.Labels["more"] == "here", "labels %v", patched.Labels); err != nil {
		return err
	}
	return maps.Delete(ctx, "meta", metav1.DeleteOptions{})
}

func informer(ctx context.Context, config *rest.Config) error {
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := core.ConfigMaps(namespace)
	source := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return maps.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			return maps.Watch(ctx, options)
		},
	}
	return follow(ctx, core, source, &corev1.ConfigMap{})
}

func metadataInformer(ctx context.Context, config *rest.Config) error {
	core, err := coreclient.NewForConfig(config)
	if err != nil {
		return err
	}
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := client.Resource(configMaps).Namespace(namespace)
	source := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return maps.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			return maps.Watch(ctx, options)
		},
	}
	return follow(ctx, core, source, &metav1.PartialObjectMetadata{})
}

// An informer hears of what was there before it, and of each change after it.
func follow(ctx context.Context, core *coreclient.CoreV1Client, source *cache.ListWatch, kind runtime.Object) error {
	maps := core.ConfigMaps(namespace)
	if _, err := maps.Create(ctx, configMap("followed", nil), metav1.CreateOptions{}); err != nil {
		return err
	}
	following, cancel := context.WithCancel(ctx)
	defer cancel()
	heard := make(chan string, 100)
	say := func(what string) func(object any) {
		return func(object any) {
			accessor, isObject := object.(metav1.Object)
			if isObject && accessor.GetName() == "followed" {
				heard <- what
			}
		}
	}
	informer := cache.NewSharedIndexInformer(
		cache.ToListWatcherWithWatchListSemantics(source, core), kind, 0, cache.Indexers{})
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    say("added"),
		UpdateFunc: func(_, object any) { say("updated")(object) },
		DeleteFunc: say("deleted"),
	})
	if err != nil {
		return err
	}
	go informer.RunWithContext(following)
	if !cache.WaitForCacheSync(following.Done(), informer.HasSynced) {
		return fmt.Errorf("the informer did not begin")
	}
	patch := []byte(`{"metadata":{"annotations":{"a":"b"}}}`)
	if _, err := maps.Patch(ctx, "followed", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return err
	}
	if err := maps.Delete(ctx, "followed", metav1.DeleteOptions{}); err != nil {
		return err
	}
	for _, wanted := range []string{"added", "updated", "deleted"} {
		select {
		case what := <-heard:
			if err := expect(what == wanted, "heard %s, not %s", what, wanted); err != nil {
				return err
			}
		case <-time.After(10 * time.Second):
			return fmt.Errorf("never heard of %s", wanted)
		}
	}
	return nil
}

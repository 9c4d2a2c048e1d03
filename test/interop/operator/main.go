// An operator as people write them: for each Greeting it keeps a ConfigMap, and says so in the
// status. Several may run; the one that holds the lease works.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/clientcmd"
	controllerruntime "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

var kind = schema.GroupVersionKind{Group: "interop.example.com", Version: "v1", Kind: "Greeting"}

func newGreeting() *unstructured.Unstructured {
	greeting := &unstructured.Unstructured{}
	greeting.SetGroupVersionKind(kind)
	return greeting
}

type reconciler struct {
	client.Client
	name string
}

func (r *reconciler) Reconcile(
	ctx context.Context, request controllerruntime.Request,
) (controllerruntime.Result, error) {
	greeting := newGreeting()
	if err := r.Get(ctx, request.NamespacedName, greeting); err != nil {
		return controllerruntime.Result{}, client.IgnoreNotFound(err)
	}
	text, _, err := unstructured.NestedString(greeting.Object, "spec", "text")
	if err != nil {
		return controllerruntime.Result{}, err
	}
	object := metav1.ObjectMeta{Namespace: request.Namespace, Name: request.Name}
	configMap := &corev1.ConfigMap{ObjectMeta: object}
	_, err = controllerutil.CreateOrUpdate(ctx, r.Client, configMap, func() error {
		configMap.Data = map[string]string{"text": text}
		return controllerutil.SetControllerReference(greeting, configMap, r.Scheme())
	})
	if err != nil {
		return controllerruntime.Result{}, err
	}
	before, _, _ := unstructured.NestedString(greeting.Object, "status", "text")
	if before == text {
		return controllerruntime.Result{}, nil
	}
	status := map[string]any{"text": text, "writtenBy": r.name}
	if err := unstructured.SetNestedMap(greeting.Object, status, "status"); err != nil {
		return controllerruntime.Result{}, err
	}
	return controllerruntime.Result{}, r.Status().Update(ctx, greeting)
}

func run(kubeconfig, name string) error {
	controllerruntime.SetLogger(zap.New(zap.WriteTo(os.Stderr)))
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	leaseDuration, renewDeadline, retryPeriod := 3*time.Second, 2*time.Second, 500*time.Millisecond
	manager, err := controllerruntime.NewManager(config, controllerruntime.Options{
		Metrics:                 server.Options{BindAddress: "0"},
		LeaderElection:          true,
		LeaderElectionID:        "greetings.interop.example.com",
		LeaderElectionNamespace: "default",
		LeaseDuration:           &leaseDuration,
		RenewDeadline:           &renewDeadline,
		RetryPeriod:             &retryPeriod,
	})
	if err != nil {
		return err
	}
	err = controllerruntime.NewControllerManagedBy(manager).
		For(newGreeting()).
		Owns(&corev1.ConfigMap{}).
		Complete(&reconciler{Client: manager.GetClient(), name: name})
	if err != nil {
		return err
	}
	go func() {
		<-manager.Elected()
		fmt.Println("leading")
	}()
	return manager.Start(controllerruntime.SetupSignalHandler())
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

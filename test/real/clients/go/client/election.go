package main

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// candidate runs for the lease until its context ends, and says who it sees lead.
func candidate(ctx context.Context, id string, started, stopped chan<- string) {
	lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "leader", clients.CoreV1(), clients.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: id})
	if err != nil {
		panic(err)
	}
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: lock, LeaseDuration: 20 * time.Second, RenewDeadline: 15 * time.Second, RetryPeriod: 300 * time.Millisecond, ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { started <- id },
			OnStoppedLeading: func() { stopped <- id },
		},
	})
}

var electionChecks = []check{
	{"leader election", func(ctx context.Context) (any, error) {
		started, stopped := make(chan string, 4), make(chan string, 4)
		first, leave := context.WithCancel(ctx)
		go candidate(first, "a", started, stopped)
		story := []string{"led by " + <-started}
		second, end := context.WithCancel(ctx)
		defer end()
		go candidate(second, "b", started, stopped)
		time.Sleep(time.Second)
		leave()
		story = append(story, "left by "+<-stopped)
		select {
		case id := <-started:
			story = append(story, "led by "+id)
		case <-ctx.Done():
			return story, fmt.Errorf("nobody took over: %v", story)
		}
		lease, err := clients.CoordinationV1().Leases(namespace).Get(ctx, "leader", metav1.GetOptions{})
		if err != nil {
			return story, err
		}
		return []any{story, *lease.Spec.HolderIdentity, *lease.Spec.LeaseTransitions, lease.Spec.RenewTime.Time.IsZero()}, nil
	}},
}

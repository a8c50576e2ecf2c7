/** A StatefulSet of one pod that only sleeps: commands are run beside it. Its label `app` is its name. */
export const idle = (name: string): string => `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ${name}}
spec:
  serviceName: ${name}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: "local/redis:7", command: [sleep, "100000"]}]
`;

/** Steps whose output is another on the embedded server, and why. Each must differ: one that doesn't any more fails the session. */
export const DEVIATIONS: Record<string, string> = {
  'kubectl explain configmap': 'built-in fields are served without descriptions: these are other people’s sentences',
  "sed 's/maker/mkaer/' gadget.yaml | kubectl apply -f -":
    'a field that a custom resource lacks is a bad request, not an invalid one that quotes the patched object',
};

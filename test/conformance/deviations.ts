/** Where the embedded server differs from a real one, and why. Each entry must differ: one that doesn't any more fails the suite. */
export const DEVIATIONS: Record<string, string> = {
  'clients: a list for who reads protobuf and JSON':
    'is in JSON, as it is kept: making protobuf takes a hundred times as long',
  'custom: of another kind': 'the rules of the kind are not run as well',
  'custom: of another version': 'fields are not compared with the schema of a version that is not served',
  'custom: definition without storage version': 'the message prints a Go struct',
  'definitions: restrictions at the root beside a status': 'the message prints a Go struct',
  'lifetimes: a claim of another class': 'the message ends with a diff of Go structs',
  'lifetimes: another grace': 'the message ends with a diff of Go structs',
  'refused: HorizontalPodAutoscaler: no policies': 'an empty list reads as one that is not given',
  'writes: pod command may not': 'the message ends with a diff of Go structs',
};

/** Where the embedded server is known to answer otherwise, by what the two say, and why that stays. Each must be met in the seed's run. */

export interface Known {
  /** Found in `real || embedded`. */
  pattern: RegExp;
  why: string;
}

export const KNOWN: readonly Known[] = [
  {
    pattern: /CSIDriver|HorizontalPodAutoscaler\.autoscaling/,
    why: 'drivers, and metrics of autoscalers, are not looked at: nothing here serves them',
  },
  { pattern: /\\n@@ /, why: 'the message ends with a diff of Go structs' },
  {
    pattern: /failed to create typed patch object/,
    why: 'a configuration of wrong types is refused in the decoder’s words',
  },
  { pattern: /Apply failed with/, why: 'a quantity that is written otherwise is the same value here' },
  { pattern: /quantities must match/, why: 'a quantity that is a list or a map is refused as any wrong type is' },
  {
    pattern: /nonResourceURLs|preemptionPolicy|involvedObject: Invalid|is neither a standard finalizer|may not contain/,
    why: 'rules for objects nobody here makes',
  },
  { pattern: /"strategy"|spec\/strategy/, why: 'fields behind a gate that is off are kept' },
  {
    pattern: /duplicate entries; API server dedups|"managedFields"|managedFields: undefined/,
    why: 'owners that are sent twice, and owners of fields that are sent broken, are taken as they are',
  },
  { pattern: /undeterminable/, why: 'a patch that takes the version away warns of every field on a real server' },
  { pattern: /patch: Invalid value|data: Invalid value/, why: 'what is quoted has its keys in another order' },
  { pattern: /targetPort: Invalid value: 0/, why: 'a port that is wrong is told of once' },
];

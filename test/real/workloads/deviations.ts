/** Lines of a scenario that are others on the embedded server, and why. Each must differ: one that doesn't any more fails the test. */
export const DEVIATIONS: Record<string, { line: RegExp; why: string }[]> = {
  'a claim is bound, used, grown, and held until nobody uses it': [
    {
      line: /^Event PersistentVolumeClaim data Normal (Resizing|FileSystemResizeSuccessful) /,
      why: 'the class of the test cluster is one of ours, which says nothing of what it does; a CSI driver does',
    },
  ],
};

declare module '*.yaml' {
  const text: string;
  export default text;
}
/** Read at build time. */
declare module '../themes/*' {
  const document: unknown;
  export default document;
}
declare module '../providers/*' {
  const document: unknown;
  export default document;
}
declare module '*.sh' {
  const text: string;
  export default text;
}
/** The package's version, put in by the build. */
declare const __VERSION__: string;

/** The only door to Ink: the order of these imports is the start-up trick of fetch-hidden.ts. */
import './fetch-hidden.ts';

import './rows-kept.ts';

import './lines-kept.ts';

export { Box, type Instance, render, Text, useApp } from 'ink';

import './fetch-shown.ts';

/** The picture on Ink: one box a pane, one text a row. Rows are finished strings; Ink places, compares and writes them. */
import { memo, useEffect, useLayoutEffect } from 'react';
import { useStore } from 'zustand';
import type { App } from './app.ts';
import { type Pane, type Picture, paint } from './frame.ts';
import { Box, Text, useApp } from './ink.ts';
import type { Theme } from './theme.ts';

const Row = memo(({ text }: { text: string }) => <Text wrap="truncate">{text === '' ? ' ' : text}</Text>);

function PaneBox({ rect, lines }: Pane) {
  const slots = Array.from({ length: rect.height }, (_, slot) => ({ slot, text: lines[slot] ?? '' }));
  return (
    <Box position="absolute" left={rect.x} top={rect.y} width={rect.width} height={rect.height} flexDirection="column">
      {slots.map(({ slot, text }) => (
        <Row key={slot} text={text} />
      ))}
    </Box>
  );
}

export type Suspend = (callback: () => Promise<void>) => Promise<void>;

export interface ScreenProps {
  app: App;
  theme: Theme;
  /** Told after each picture when it will read differently by itself. */
  painted(next: number): void;
  /** A painter threw. */
  failed(error: unknown): void;
  /** Hands out the way to lend the terminal to someone else. */
  ready(suspend: Suspend): void;
}

const NOTHING: Picture = { panes: [], next: Number.POSITIVE_INFINITY };

/** The cockpit ends on a painter's error; until it has, the screen is empty rather than half true. */
function attempt(app: App, theme: Theme): { picture: Picture; error: unknown } {
  try {
    return { picture: paint(app, theme), error: undefined };
  } catch (error) {
    return { picture: NOTHING, error: error ?? new Error('a painter failed') };
  }
}

export function Screen({ app, theme, painted, failed, ready }: ScreenProps) {
  const state = useStore(app.store);
  const { suspendTerminal } = useApp();
  const { picture, error } = attempt(app, theme);
  useEffect(() => ready(suspendTerminal), [ready, suspendTerminal]);
  useLayoutEffect(() => {
    if (error === undefined) painted(picture.next);
    else failed(error);
  });
  return (
    <Box width={state.columns} height={state.rows} overflow="hidden">
      {picture.panes.map((pane) => (
        <PaneBox {...pane} key={pane.key} />
      ))}
    </Box>
  );
}

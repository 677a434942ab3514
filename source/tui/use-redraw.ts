import { useApp, useStdout } from 'ink';
import { useCallback, useEffect, useState } from 'react';

// Clears what is visible; the scrollback stays.
const clearScreen = '\u001b[H\u001b[2J';

/**
 * Clears the screen and draws it whole. Does so by itself whenever the terminal was resized: in a narrower one Ink first writes
 * the old, wider frame, whose lines wrap and push the top of the screen out. The frames after that write only lines that changed,
 * so what is gone would stay gone.
 */
export function useRedraw(): () => void {
  const { waitUntilRenderFlush } = useApp();
  const { stdout, write } = useStdout();
  const redraw = useCallback(() => {
    // What is written again is the last frame, which must have the new size.
    void waitUntilRenderFlush().then(() => write(clearScreen));
  }, [waitUntilRenderFlush, write]);
  // A state, because only a render that React has finished has the new size.
  const [resizes, setResizes] = useState(0);
  useEffect(() => {
    const resized = () => setResizes(before => before + 1);
    stdout.on('resize', resized);
    return () => {
      stdout.off('resize', resized);
    };
  }, [stdout]);
  useEffect(() => {
    if (resizes > 0) redraw();
  }, [resizes, redraw]);
  return redraw;
}

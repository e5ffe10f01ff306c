import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';

/** A terminal's camera: colour and, where the device has it, depth of the same view. */
export interface Camera {
  /** Takes a burst of 1-5 frames. Each frame's time is that of its exposure. */
  takeBurst(count: number): Promise<ProbeFrame[]>;
}

/** Colour pictures of the counter's camera, pixels. */
export const FRAME_WIDTH = 640;
export const FRAME_HEIGHT = 480;
/** Focal length in pixels of the colour picture: 60 degrees across. */
export const FOCAL_PX = FRAME_WIDTH / 2 / Math.tan((30 * Math.PI) / 180);

export const CAMERA_PROBLEMS = [
  'W-CAM-SECURE',
  'W-CAM-DENIED',
  'W-CAM-NONE',
  'W-CAM-BUSY',
] as const;
export type CameraProblem = (typeof CAMERA_PROBLEMS)[number];

export const PICTURE_WIDTH = 640;
export const PICTURE_HEIGHT = 480;
const JPEG_QUALITY = 0.9;

export type OpenedCamera =
  | { readonly ok: true; readonly stream: MediaStream }
  | { readonly ok: false; readonly error: CameraProblem };

function problemOf(error: unknown): CameraProblem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'W-CAM-DENIED';
  if (name === 'NotReadableError' || name === 'AbortError') return 'W-CAM-BUSY';
  return 'W-CAM-NONE';
}

/** Opens the camera that faces the shopper. Pictures stay in this page until they are sent to the hub. */
export async function openCamera(): Promise<OpenedCamera> {
  // mediaDevices is missing outside of a secure context, whatever the type says
  if (!window.isSecureContext) return { ok: false, error: 'W-CAM-SECURE' };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {
        width: { ideal: PICTURE_WIDTH },
        height: { ideal: PICTURE_HEIGHT },
        facingMode: 'user',
      },
    });
    return { ok: true, stream };
  } catch (error) {
    return { ok: false, error: problemOf(error) };
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** A camera that stands still for so long has no new frame to give; what it shows is taken then. */
const LONGEST_WAIT_MS = 1_000;

/** Until the camera has given another frame: one exposure taken twice would look like a picture held before it. */
function nextFrame(video: HTMLVideoElement): Promise<void> {
  if (!('requestVideoFrameCallback' in video)) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_WAIT_MS);
    video.requestVideoFrameCallback(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Takes the next picture that the camera gives, unmirrored, cut to 640x480 (JPEG, quality 0.9).
 * A camera of another shape is cut in the middle, never squeezed: a squeezed face is another face.
 */
export async function takePicture(video: HTMLVideoElement): Promise<Blob> {
  await nextFrame(video);
  const canvas = document.createElement('canvas');
  canvas.width = PICTURE_WIDTH;
  canvas.height = PICTURE_HEIGHT;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no 2d canvas');
  const scale = Math.max(PICTURE_WIDTH / video.videoWidth, PICTURE_HEIGHT / video.videoHeight);
  const width = video.videoWidth * scale;
  const height = video.videoHeight * scale;
  const left = (PICTURE_WIDTH - width) / 2;
  context.drawImage(video, left, (PICTURE_HEIGHT - height) / 2, width, height);
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null): void => {
      if (blob) resolve(blob);
      else reject(new Error('the canvas made no picture'));
    };
    canvas.toBlob(done, 'image/jpeg', JPEG_QUALITY);
  });
}

import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type CameraProblem, closeCamera, openCamera } from './camera.ts';

interface OvalCameraProps {
  /** `square`: for what is held up, not for a face. */
  readonly shape?: 'oval' | 'square';
  /** The picture moves and can be taken. */
  readonly onReady: (video: HTMLVideoElement) => void;
  readonly onProblem: (problem: CameraProblem) => void;
}

/** The shopper's own live picture, mirrored as in a mirror, in an oval. Opens the camera and closes it when it goes. */
export function OvalCamera({ shape = 'oval', onReady, onProblem }: OvalCameraProps): ReactElement {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [live, setLive] = useState(false);
  const listeners = useRef({ onReady, onProblem });
  useEffect(() => {
    listeners.current = { onReady, onProblem };
  }, [onReady, onProblem]);

  useEffect(() => {
    let over = false;
    let stream: MediaStream | undefined;
    const open = async (): Promise<void> => {
      const opened = await openCamera();
      if (!opened.ok) {
        if (!over) listeners.current.onProblem(opened.error);
        return;
      }
      stream = opened.stream;
      if (over || !video.current) closeCamera(stream);
      else video.current.srcObject = stream;
    };
    void open();
    return () => {
      over = true;
      if (stream) closeCamera(stream);
    };
  }, []);

  return (
    <div className="oval" data-shape={shape} data-live={live}>
      <video
        ref={video}
        autoPlay
        playsInline
        muted
        aria-label={live ? t('common.cameraLabel') : t('common.cameraWaiting')}
        onLoadedData={(event) => {
          setLive(true);
          listeners.current.onReady(event.currentTarget);
        }}
      />
    </div>
  );
}

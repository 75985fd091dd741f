/** Reads QR codes off a picture. */
export interface Decoder {
  /** The text of a code in what the video shows now; undefined when there is none. */
  read(video: HTMLVideoElement): Promise<string | undefined>;
}

/** https://wicg.github.io/shape-detection-api/: not in TypeScript's library, since not every browser has it. */
interface NativeDetector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

interface NativeDetectorClass {
  new (options: { formats: string[] }): NativeDetector;
  getSupportedFormats(): Promise<string[]>;
}

async function nativeDecoder(): Promise<Decoder | undefined> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: NativeDetectorClass };
  if (!BarcodeDetector) return undefined;
  const formats = await BarcodeDetector.getSupportedFormats().catch((): string[] => []);
  if (!formats.includes('qr_code')) return undefined;
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  return {
    async read(video) {
      const [found] = await detector.detect(video);
      return found?.rawValue;
    },
  };
}

/** A code fills a good part of the frame: more pixels than this only cost time. */
const WIDTH_MAX = 640;

/** The same in JavaScript, loaded only where the browser cannot do it. */
async function scriptDecoder(): Promise<Decoder> {
  const { default: readCode } = await import('jsqr');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return {
    async read(video) {
      const scale = Math.min(1, WIDTH_MAX / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      if (!context || canvas.width === 0 || canvas.height === 0) return undefined;
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const found = readCode(data, canvas.width, canvas.height, {
        inversionAttempts: 'dontInvert',
      });
      return found?.data || undefined;
    },
  };
}

export async function createDecoder(): Promise<Decoder> {
  return (await nativeDecoder()) ?? scriptDecoder();
}

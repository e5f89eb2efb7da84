import { useEffect, useState } from "react";
import type { DataFiles } from "../logic/read-data-set";

/** An object URL of an image of the data set while the component stands; undefined until it is read. */
export function useImageUrl(files: DataFiles, image: string | undefined): string | undefined {
  const [shown, setShown] = useState<{ readonly image: string; readonly url: string }>();
  useEffect(() => {
    if (image === undefined) return undefined;
    let url: string | undefined;
    let isGone = false;
    files.open(image).then(
      (blob) => {
        if (isGone || blob === undefined) return;
        url = URL.createObjectURL(blob);
        setShown({ image, url });
      },
      // A missing picture leaves its neutral place; the encoder has reported it.
      () => undefined,
    );
    return () => {
      isGone = true;
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [files, image]);
  return shown?.image === image ? shown?.url : undefined;
}

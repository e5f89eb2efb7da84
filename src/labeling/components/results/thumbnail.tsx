import type { LabelingCreative } from "@/domain/labeling/records";
import type { ImageSource } from "../../store/image-source";
import { useCreativeImage } from "../judge/use-creative-image";
import styles from "./whisker.module.css";

/** A creative, small, with its file name. */
export function Thumbnail({
  images,
  creative,
}: {
  readonly images: ImageSource;
  readonly creative: LabelingCreative | undefined;
}) {
  const { image } = useCreativeImage(images, creative);
  return (
    <span className={styles["thumb"]}>
      {image !== undefined && <img src={image.url} alt="" />}
      <span className={styles["name"]}>{creative?.name}</span>
    </span>
  );
}

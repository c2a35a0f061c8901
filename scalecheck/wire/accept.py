"""The Accept that clients send for pictures: by it a server may choose the format."""

CHROME = "image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
"""As Chromium 156 asks."""
SAFARI = (
    "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,"
    "image/*;q=0.8,*/*;q=0.5"
)
"""As Safari 17 asks."""
OLD = "image/png,image/jpeg,image/*;q=0.8,*/*;q=0.5"
"""As clients ask that read neither WebP nor AVIF: old browsers, mail programs, crawlers of link previews."""

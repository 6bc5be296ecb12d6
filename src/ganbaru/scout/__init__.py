"""Finding little-known voices: from public feeds to a short list, with doubt shown and wishes respected."""

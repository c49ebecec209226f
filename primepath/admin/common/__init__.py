"""Parts that several pages of the administration site share."""

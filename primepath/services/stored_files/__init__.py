"""Files that are kept for a short time: uploads until they are imported, exports until they are downloaded."""

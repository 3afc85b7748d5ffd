-- One line a node, its data source and its file included; ids in the order of the lines. psql sends its own stdin.
\copy stage (level, parent_path, key, family, metadata, specs, access_blob, mimetype, structure_id, structure, parameters, properties, management, data_uri, is_directory, size, parameter, num) from pstdin

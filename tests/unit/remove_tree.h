/*
 * Removes a folder that a test has made, with all that is in it.
 */
#ifndef MXPRINT_TESTS_REMOVE_TREE_H
#define MXPRINT_TESTS_REMOVE_TREE_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	char below[512];

	while (dir && (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		if (unlink(below) != 0)
			remove_tree(below);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

#endif

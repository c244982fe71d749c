package cli

import "syscall"

// fileSystem is the name of the file system that a folder is on, or "" where it
// is not a common one. The numbers are those of statfs(2).
func fileSystem(folder string) string {
	var info syscall.Statfs_t
	if err := syscall.Statfs(folder, &info); err != nil {
		return ""
	}
	return map[uint32]string{
		0x01021994: "tmpfs", 0x858458f6: "ramfs", 0x6969: "nfs", 0xff534d42: "smb", 0xfe534d42: "smb", 0x65735546: "fuse", 0x01021997: "9p",
		0xef53: "ext4", 0x58465342: "xfs", 0x9123683e: "btrfs", 0x2fc12fc1: "zfs", 0x794c7630: "overlayfs", 0xf2f52010: "f2fs",
	}[uint32(info.Type)]
}
